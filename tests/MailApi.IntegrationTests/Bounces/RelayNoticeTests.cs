using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Bounces;

/// <summary>A service that takes what SendGrid, Mailgun, Postmark and SES post.</summary>
public sealed class RelayedService : IAsyncLifetime
{
    public const string Topic = "arn:aws:sns:eu-west-1:123456789012:bounces";
    public const string SigningKey = "mailgun-key";

    public ECDsa SendGridKey { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public ServiceProcess Process { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Process = await ServiceProcess.StartAsync("sqlite", new Dictionary<string, string>
    {
        ["Bounces__SendGrid__PublicKey"] = Convert.ToBase64String(SendGridKey.ExportSubjectPublicKeyInfo()),
        ["Bounces__Mailgun__SigningKey"] = SigningKey,
        ["Bounces__Postmark__Username"] = "postmark",
        ["Bounces__Postmark__Password"] = "good-one",
        ["Bounces__Ses__TopicArns__0"] = Topic,
    });

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        SendGridKey.Dispose();
    }
}

/// <summary>What relays post: who is believed, and what becomes of it.</summary>
public sealed class RelayNoticeTests(RelayedService relayed, SqliteCapture capture) : IClassFixture<RelayedService>
{
    private const string Ann = "ann@example.net";

    [Theory]
    [InlineData("ses")]
    [InlineData("sendgrid")]
    [InlineData("mailgun")]
    [InlineData("postmark")]
    public async Task A_way_without_settings_is_closed(string relay)
    {
        using var client = capture.Process.CreateClient(key: null);
        using var response = await client.PostAsync($"/v1/bounces/{relay}", new StringContent("{}"));
        await AssertProblemAsync(response, 404, "not_found");
    }

    [Theory]
    [InlineData("ses", """{"Type":"Notification","TopicArn":"arn:aws:sns:eu-west-1:123456789012:others"}""")]
    [InlineData("ses", """
        {"Type":"Notification","TopicArn":"arn:aws:sns:eu-west-1:123456789012:bounces","SignatureVersion":"2","Signature":"AAAA",
         "SigningCertURL":"https://evil.example/key.pem"}
        """)]
    [InlineData("sendgrid", "[]")]
    [InlineData("mailgun", """{"signature":{"timestamp":"1764061200","token":"t","signature":"00"}}""")]
    [InlineData("postmark", "{}")]
    public async Task Who_does_not_prove_to_be_the_relay_is_refused(string relay, string body)
    {
        using var client = relayed.Process.CreateClient();
        using var response = await client.PostAsync($"/v1/bounces/{relay}", new StringContent(body));
        await AssertProblemAsync(response, 401, "invalid_signature");
    }

    [Theory]
    [InlineData("sendgrid")]
    [InlineData("mailgun")]
    [InlineData("postmark")]
    public async Task A_bounce_is_recorded_once_and_one_of_somebody_elses_message_not_at_all(string relay)
    {
        using var api = new ApiClient(relayed.Process.CreateClient());
        var id = await api.AcceptAsync(ApiClient.Message(Ann));
        await api.WaitForEndAsync(id);
        var messageId = await MessageIdOfAsync(api, id);

        Assert.Equal((1, 0, 0), await PostAsync(relay, "<somebody-elses@example.org>"));
        Assert.Equal((1, 0, 0), await PostAsync(relay, messageId.Replace('0', '1')));
        Assert.Equal((1, 1, 1), await PostAsync(relay, messageId));
        Assert.Equal((1, 1, 0), await PostAsync(relay, messageId));

        Assert.Equal("bounced", ApiClient.StatusOf((await api.GetAsync($"/v1/messages/{id}")).Body!, Ann));
        var bounced = Assert.Single(await api.EventsOfAsync(id), e => e["type"]!.GetValue<string>() == "message.bounced");
        Assert.Equal("hard", bounced["data"]!["bounce"]!["class"]!.GetValue<string>());
        Assert.Equal(550, bounced["data"]!["smtp"]!["code"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_body_that_is_no_JSON_or_too_large_is_refused()
    {
        using var client = relayed.Process.CreateClient(key: null);
        client.DefaultRequestHeaders.Authorization = Basic();
        using var nonsense = await client.PostAsync("/v1/bounces/postmark", new StringContent("{"));
        await AssertProblemAsync(nonsense, 400, "invalid_json");

        // Asks before it sends, lest the answer find it still writing.
        client.DefaultRequestHeaders.ExpectContinue = true;
        using var huge = await client.PostAsync("/v1/bounces/postmark", new ByteArrayContent(new byte[5 << 20]));
        await AssertProblemAsync(huge, 413, "body_too_large");
    }

    private async Task<(int Received, int Matched, int Recorded)> PostAsync(string relay, string messageId)
    {
        var (body, headers) = relay switch
        {
            "sendgrid" => SendGrid(messageId),
            "mailgun" => (Mailgun(messageId), []),
            _ => (Postmark(messageId), []),
        };
        using var client = relayed.Process.CreateClient(key: null);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/bounces/{relay}");
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        if (relay == "postmark")
        {
            request.Headers.Authorization = Basic();
        }

        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == 200, text);
        using var answer = JsonDocument.Parse(text);
        int Of(string name) => answer.RootElement.GetProperty(name).GetInt32();
        return (Of("received"), Of("matched"), Of("recorded"));
    }

    private (string Body, Dictionary<string, string> Headers) SendGrid(string messageId)
    {
        var body = JsonSerializer.Serialize(new[]
        {
            new Dictionary<string, string>
            {
                ["email"] = Ann,
                ["event"] = "bounce",
                ["type"] = "bounce",
                ["smtp-id"] = messageId,
                ["status"] = "5.1.1",
                ["reason"] = "550 5.1.1 user unknown",
            },
        });
        var signature = relayed.SendGridKey.SignData(
            Encoding.UTF8.GetBytes("1764061200" + body), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return (body, new Dictionary<string, string>
        {
            ["X-Twilio-Email-Event-Webhook-Signature"] = Convert.ToBase64String(signature),
            ["X-Twilio-Email-Event-Webhook-Timestamp"] = "1764061200",
        });
    }

    private static string Mailgun(string messageId)
    {
        var timestamp = DateTimeOffset.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(25));
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(RelayedService.SigningKey), Encoding.UTF8.GetBytes(timestamp + token));
        return JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["signature"] = new { timestamp, token, signature = Convert.ToHexStringLower(mac) },
            ["event-data"] = new Dictionary<string, object>
            {
                ["event"] = "failed",
                ["severity"] = "permanent",
                ["reason"] = "bounce",
                ["recipient"] = Ann,
                ["message"] = new { headers = new Dictionary<string, string> { ["message-id"] = messageId.Trim('<', '>') } },
                ["delivery-status"] = new { code = 550, message = "5.1.1 user unknown" },
            },
        });
    }

    private static string Postmark(string messageId) => JsonSerializer.Serialize(new
    {
        RecordType = "Bounce",
        Type = "HardBounce",
        Email = Ann,
        MessageID = "00000000-0000-0000-0000-000000000000",
        Details = "smtp;550 5.1.1 user unknown",
        Content = $"From: MAILER-DAEMON@mx.example.net\r\nSubject: Undelivered Mail\r\nReferences: {messageId}\r\n\r\n550 5.1.1 user unknown\r\n",
    });

    private static AuthenticationHeaderValue Basic() =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("postmark:good-one")));

    private static async Task AssertProblemAsync(HttpResponseMessage response, int status, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, text);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        using var problem = JsonDocument.Parse(text);
        Assert.Equal(code, problem.RootElement.GetProperty("code").GetString());
    }

    private static async Task<string> MessageIdOfAsync(ApiClient api, string id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/messages/{id}/content");
        request.Headers.Add("Accept", "message/rfc822");
        using var response = await api.Http.SendAsync(request);
        using var mail = await MimeKit.MimeMessage.LoadAsync(await response.Content.ReadAsStreamAsync());
        return $"<{mail.MessageId}>";
    }
}
