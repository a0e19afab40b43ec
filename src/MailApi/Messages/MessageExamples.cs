namespace MailApi.Messages;

/// <summary>Bodies for the documentation to try.</summary>
internal static class MessageExamples
{
    public static readonly object Send = new
    {
        From = new { Email = "hello@acme.example", Name = "Acme, Inc." },
        To = new[] { new { Email = "ann@example.net", Name = "Ann" } },
        ReplyTo = "support@acme.example",
        Subject = "Welcome, Ann",
        Html = "<p>Hi Ann</p>",
        Text = "Hi Ann",
        Tags = new[] { "welcome" },
        Metadata = new Dictionary<string, string> { ["user_id"] = "8123" },
        Priority = "normal",
        Sandbox = true,
    };

    public static readonly object Batch = new
    {
        Mode = "partial",
        Messages = new[]
        {
            new { From = "hello@acme.example", To = "delivered@sandbox.test", Subject = "One", Text = "First" },
            new { From = "hello@acme.example", To = "bounced@sandbox.test", Subject = "Two", Text = "Second" },
        },
    };

    public static readonly object Validate = new
    {
        From = "hello@acme.example",
        To = "ann@example.net",
        Template = new { Id = "welcome", Locale = "de-AT", Data = new { Name = "Ann", Url = "https://acme.example/c/8123" } },
    };

    public static readonly object Reschedule = new { SendAt = "2026-12-24T18:00:00.000Z" };
}
