using System.Text;
using System.Text.Json.Nodes;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Bounces;

public sealed class InspectBounceTests(SqliteCapture service)
{
    private const string Path = "/v1/bounces/inspect";

    private const string Report = """
        From: Mail Delivery System <MAILER-DAEMON@relay.example>
        To: bounces@acme.example
        Subject: Undelivered Mail Returned to Sender
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="b"

        --b
        Content-Type: message/delivery-status

        Reporting-MTA: dns; relay.example

        Final-Recipient: rfc822; ann@example.net
        Action: failed
        Status: 5.1.1
        Diagnostic-Code: smtp; 550 5.1.1 nobody by that name

        --b
        Content-Type: text/rfc822-headers

        From: hello@acme.example
        To: ann@example.net
        Message-ID: <order-1@acme.example>

        --b--
        """;

    [Fact]
    public async Task A_report_is_answered_with_what_it_says()
    {
        using var api = await service.NewProjectAsync();

        var answer = await PostMailAsync(api, Report, "message/rfc822");

        Assert.True(JsonNode.DeepEquals(answer.Body, JsonNode.Parse("""
            {"kind":"bounce",
             "recipients":[{"email":"ann@example.net","class":"hard","category":"invalid_recipient","code":550,
                            "enhanced_code":"5.1.1","diagnostic":"550 5.1.1 nobody by that name"}],
             "original":{"message_id":"order-1@acme.example","matched":null}}
            """)), $"{answer.Status}: {answer.Body}");
    }

    [Theory]
    [InlineData("550 5.1.1 User unknown", "bounce", "hard", "invalid_recipient", 550, "5.1.1")]
    [InlineData("452 4.2.2 mailbox full", "delay", "soft", "mailbox_full", 452, "4.2.2")]
    [InlineData("5.7.1 relay access denied", "bounce", "block", "relay_denied", null, "5.7.1")]
    [InlineData("554 5.7.1 blocked using lists.example", "bounce", "block", "reputation", 554, "5.7.1")]
    public async Task A_reply_is_judged(string line, string kind, string verdict, string category, int? code, string enhanced)
    {
        using var api = await service.NewProjectAsync();

        var body = (await api.PostAsync(Path, new JsonObject { ["smtp_reply"] = line })).Body!;

        Assert.Equal(kind, $"{body["kind"]}");
        var recipient = Assert.Single(body["recipients"]!.AsArray())!;
        Assert.True(recipient.AsObject().ContainsKey("email") && recipient["email"] is null);
        Assert.Equal((verdict, category), ($"{recipient["class"]}", $"{recipient["category"]}"));
        Assert.Equal((code, enhanced), (recipient["code"]?.GetValue<int>(), $"{recipient["enhanced_code"]}"));
    }

    [Theory]
    [InlineData("""{"smtp_reply":"hello"}""", 422, "validation_failed")]
    [InlineData("""{"smtp_reply":""}""", 422, "validation_failed")]
    [InlineData("""{}""", 400, "missing_field")]
    [InlineData("""{"smtp_reply":"550 no","more":1}""", 400, "unknown_field")]
    [InlineData("nothing", 400, "invalid_json")]
    public async Task What_is_no_reply_is_refused(string body, int status, string code)
    {
        using var api = await service.NewProjectAsync();

        var answer = await api.PostTextAsync(Path, body);

        Assert.Equal((status, code), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Mail_that_is_no_report_and_bytes_that_are_no_mail_are_none()
    {
        using var api = await service.NewProjectAsync();
        foreach (var mail in new[] { "From: ann@example.net\nSubject: Hi\n\nHow are you?", "", "\0\0\0", "no mail at all" })
        {
            var answer = await PostMailAsync(api, mail, "message/rfc822");
            Assert.Equal("none", $"{answer.Body?["kind"]}");
        }
    }

    [Fact]
    public async Task Other_content_types_are_415()
    {
        using var api = await service.NewProjectAsync();

        Assert.Equal(415, (await PostMailAsync(api, Report, "text/plain")).Status);
        Assert.Equal(415, (await PostMailAsync(api, Report, null)).Status);
    }

    [Fact]
    public async Task It_takes_a_key()
    {
        using var client = service.Process.CreateClient(key: null);
        using var content = new StringContent(Report, Encoding.UTF8, "message/rfc822");

        Assert.Equal(401, (int)(await client.PostAsync(Path, content)).StatusCode);
    }

    private static async Task<Answer> PostMailAsync(ApiClient api, string mail, string? contentType)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(mail));
        content.Headers.ContentType = contentType is null ? null : new(contentType);
        var response = await api.Http.PostAsync(Path, content);
        var text = await response.Content.ReadAsStringAsync();
        return new Answer((int)response.StatusCode, response, text.StartsWith('{') ? JsonNode.Parse(text) : null);
    }
}
