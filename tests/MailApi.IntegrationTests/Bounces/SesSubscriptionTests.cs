using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using MailApi.Bounces.Relays;
using MailApi.Core.Feedback;
using MailApi.Core.Feedback.Relays;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace MailApi.IntegrationTests.Bounces;

/// <summary>SNS asks whether a topic is wanted; Amazon's servers are played, as they are the world outside.</summary>
public sealed class SesSubscriptionTests : IDisposable
{
    private const string Topic = "arn:aws:sns:eu-west-1:123456789012:bounces";
    private const string Confirm = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t";

    private readonly RSA _key = RSA.Create(2048);
    private readonly List<string> _visited = [];

    [Fact]
    public async Task A_listed_topic_is_confirmed()
    {
        Assert.Equal(200, await PostAsync(Topic, Confirm));
        Assert.Equal(Confirm, _visited[^1]);
    }

    [Theory]
    [InlineData("arn:aws:sns:eu-west-1:999999999999:others", Confirm, 401)]
    [InlineData(Topic, "https://evil.example/?Action=ConfirmSubscription", 503)]
    [InlineData(Topic, "http://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription", 503)]
    public async Task Nothing_else_is_visited(string topic, string url, int status)
    {
        Assert.Equal(status, await PostAsync(topic, url));
        Assert.DoesNotContain(url, _visited);
    }

    public void Dispose() => _key.Dispose();

    private async Task<int> PostAsync(string topic, string subscribeUrl)
    {
        var context = new DefaultHttpContext();
        context.Request.Body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(Signed(topic, subscribeUrl)));
        using var signature = new SnsSignature(FetchAsync, TimeProvider.System);
        var options = Options.Create(new BounceOptions { Ses = new SesOptions { TopicArns = [Topic] } });
        var result = await ReceiveSes.HandleAsync(
            context.Request, options, signature, FetchAsync, reports: null!, NullLogger<SnsSignature>.Instance, CancellationToken.None);
        return result.Result is ProblemHttpResult problem ? problem.StatusCode : Assert.IsType<Ok<NoticesResponse>>(result.Result).StatusCode;
    }

    private Task<string?> FetchAsync(Uri url, CancellationToken cancellationToken)
    {
        _visited.Add(url.OriginalString);
        var request = new CertificateRequest("CN=sns.amazonaws.com", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.Now.AddDays(-1), DateTimeOffset.Now.AddDays(1));
        return Task.FromResult<string?>(certificate.ExportCertificatePem());
    }

    private Dictionary<string, string> Signed(string topic, string subscribeUrl)
    {
        var message = new Dictionary<string, string>
        {
            ["Message"] = "You have chosen to subscribe.",
            ["MessageId"] = "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
            ["SubscribeURL"] = subscribeUrl,
            ["Timestamp"] = "2026-11-25T09:00:00.000Z",
            ["Token"] = "t",
            ["TopicArn"] = topic,
            ["Type"] = "SubscriptionConfirmation",
        };
        var text = string.Concat(message.Select(f => $"{f.Key}\n{f.Value}\n"));
        message["Signature"] = Convert.ToBase64String(
            _key.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        message["SignatureVersion"] = "2";
        message["SigningCertURL"] = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem";
        return message;
    }
}
