using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using MailApi.Core.Feedback.Relays;
using Microsoft.Extensions.Time.Testing;

namespace MailApi.Tests.Feedback;

/// <summary>Only who has the relay's secret is believed.</summary>
public sealed class RelaySignatureTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 9, 0, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider _time = new(Now);
    private readonly List<Uri> _fetched = [];

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task Sns_is_believed_when_it_signed_each_field(string version)
    {
        using var key = RSA.Create(2048);
        using var sns = Sns(key);
        var message = Signed(key, version);
        Assert.True(await sns.VerifyAsync(Json(message), default));

        foreach (var field in message.Keys.Where(k => k is not ("SignatureVersion" or "SigningCertURL")))
        {
            var changed = new Dictionary<string, string>(message) { [field] = message[field] + "x" };
            Assert.False(await sns.VerifyAsync(Json(changed), default), field);
        }

        Assert.Single(_fetched);
    }

    [Theory]
    [InlineData("http://sns.eu-west-1.amazonaws.com/key.pem")]
    [InlineData("https://sns.eu-west-1.amazonaws.com.evil.example/key.pem")]
    [InlineData("https://evil.example/sns.eu-west-1.amazonaws.com/key.pem")]
    [InlineData("https://sns.eu-west-1.amazonaws.com:8443/key.pem")]
    [InlineData("https://sns.eu-west-1.amazonaws.com@evil.example/key.pem")]
    [InlineData("https://a.b.amazonaws.com/key.pem")]
    [InlineData("https://s3.amazonaws.com/bucket/key.pem")]
    [InlineData("https://sns.eu-west-1.amazonaws.com/?Action=Whatever")]
    [InlineData("file:///etc/passwd")]
    [InlineData("")]
    public async Task A_certificate_from_elsewhere_is_not_even_fetched(string url)
    {
        using var key = RSA.Create(2048);
        using var sns = Sns(key);
        var message = Signed(key, "2");
        message["SigningCertURL"] = url;
        Assert.False(await sns.VerifyAsync(Json(message), default));
        Assert.Empty(_fetched);
    }

    [Fact]
    public async Task A_certificate_that_has_run_out_or_is_anothers_proves_nothing()
    {
        using var key = RSA.Create(2048);
        using var other = RSA.Create(2048);
        using var sns = Sns(key);
        Assert.False(await sns.VerifyAsync(Json(Signed(other, "2")), default));
        _time.Advance(TimeSpan.FromDays(3));
        Assert.False(await sns.VerifyAsync(Json(Signed(key, "2")), default));
    }

    [Fact]
    public void SendGrid_signs_timestamp_and_body()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var publicKey = Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());
        var body = "[{\"event\":\"bounce\"}]\r\n"u8.ToArray();
        var signature = Convert.ToBase64String(key.SignData(
            [.. "1764061200"u8, .. body], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));

        Assert.True(SendGridSignature.Verify(publicKey, signature, "1764061200", body));
        Assert.False(SendGridSignature.Verify(publicKey, signature, "1764061201", body));
        Assert.False(SendGridSignature.Verify(publicKey, signature, "1764061200", body.AsSpan(1)));
        Assert.False(SendGridSignature.Verify(publicKey, null, "1764061200", body));
        Assert.False(SendGridSignature.Verify(publicKey, "nonsense", "1764061200", body));
        Assert.False(SendGridSignature.Verify(publicKey, signature, null, body));
    }

    [Fact]
    public void Mailgun_signs_a_token_that_is_good_for_one_body_and_half_a_day()
    {
        var signature = new MailgunSignature(_time);
        var body = "first"u8.ToArray();
        var root = Mailgun("token-1", Now);
        Assert.True(signature.Verify("key", root, body));
        Assert.True(signature.Verify("key", root, body));
        Assert.False(signature.Verify("key", root, "second"u8));
        Assert.False(signature.Verify("other", Mailgun("token-2", Now), body));
        Assert.False(signature.Verify("key", Mailgun("token-3", Now.AddHours(-13)), body));
        Assert.False(signature.Verify("key", Mailgun("token-4", Now.AddHours(13)), body));
        Assert.False(signature.Verify("key", Json(new Dictionary<string, string>()), body));

        _time.Advance(TimeSpan.FromHours(30));
        Assert.True(signature.Verify("key", Mailgun("token-5", _time.GetUtcNow()), body));
        Assert.False(signature.Verify("key", root, "second"u8));
    }

    private SnsSignature Sns(RSA key)
    {
        var request = new CertificateRequest("CN=sns.amazonaws.com", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(2));
        var pem = certificate.ExportCertificatePem();
        return new SnsSignature(
            (url, _) =>
            {
                _fetched.Add(url);
                return Task.FromResult<string?>(pem);
            },
            _time);
    }

    /// <summary>As the documentation of SNS has it: names and values, a line each, in the order of the names.</summary>
    private static Dictionary<string, string> Signed(RSA key, string version)
    {
        var message = new Dictionary<string, string>
        {
            ["Message"] = """{"notificationType":"Bounce"}""",
            ["MessageId"] = "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
            ["Subject"] = "Amazon SES",
            ["Timestamp"] = "2026-11-25T09:00:00.000Z",
            ["TopicArn"] = "arn:aws:sns:eu-west-1:123456789012:bounces",
            ["Type"] = "Notification",
        };
        var text = string.Concat(message.Select(f => $"{f.Key}\n{f.Value}\n"));
        message["Signature"] = Convert.ToBase64String(key.SignData(
            Encoding.UTF8.GetBytes(text), version == "1" ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        message["SignatureVersion"] = version;
        message["SigningCertURL"] = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem";
        return message;
    }

    private static JsonElement Mailgun(string token, DateTimeOffset at)
    {
        var timestamp = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var mac = HMACSHA256.HashData("key"u8, Encoding.UTF8.GetBytes(timestamp + token));
        return JsonSerializer.SerializeToElement(new { signature = new { timestamp, token, signature = Convert.ToHexStringLower(mac) } });
    }

    private static JsonElement Json(Dictionary<string, string> message) => JsonSerializer.SerializeToElement(message);
}
