using MailApi.Core.Data;

namespace MailApi.Tests.Architecture;

public sealed class FolderTests
{
    private const string Core = "MailApi.Core";

    private static readonly string[] Nouns =
    [
        "MailApi.ApiKeys", "MailApi.Projects", "MailApi.Suppressions", "MailApi.Messages", "MailApi.Events",
        "MailApi.Templates", "MailApi.Webhooks", "MailApi.Bounces", "MailApi.Stats",
    ];

    private static readonly string CoreAssembly = typeof(MailDb).Assembly.Location;

    private static readonly string EdgeAssembly = Path.Combine(AppContext.BaseDirectory, "MailApi.dll");

    private static readonly FolderRules CoreRules = new(
        (Core, ["Microsoft.AspNetCore"], "only the edge may use ASP.NET Core"),
        (Core, ["Hangfire"], "jobs are started by the edge; Core holds what they do"),
        ($"!{Core}.Smtp!{Core}.Feedback.Mailboxes", ["MailKit"], "only Smtp and the reader of mailboxes may use MailKit"),
        ($"{Core}.Feedback.Relays", [$"{Core}.Data", $"{Core}.Delivery"], "what a relay says is a function of its request"),
        ($"{Core}.Domain", [$"{Core}.Data", $"{Core}.Delivery", $"{Core}.Smtp", "Microsoft.EntityFrameworkCore"],
            "the domain knows nothing else"),
        ($"{Core}.Telemetry",
            [$"{Core}.Data", $"{Core}.Accepting", $"{Core}.Delivery", $"{Core}.Smtp", $"{Core}.Notifications"],
            "instruments are told; they ask nobody"),
        ($"{Core}.Stats", [$"{Core}.Accepting", $"{Core}.Delivery", $"{Core}.Smtp", $"{Core}.Notifications"],
            "statistics follow from events alone"),
        ($"{Core}.Data", [$"{Core}.Accepting", $"{Core}.Delivery", $"{Core}.Smtp", $"{Core}.Notifications"],
            "data knows no stage"),
        ($"{Core}.Composing", [$"{Core}.Data", $"{Core}.Delivery", $"{Core}.Smtp"], "composing is a function of its input"),
        ($"{Core}.Templating", [$"{Core}.Accepting", $"{Core}.Delivery", $"{Core}.Smtp"],
            "a template knows nothing of what becomes of the message"),
        ($"{Core}.Templating.Liquid", [$"{Core}.Data", $"{Core}.Templating.Html"], "the language is a function of source and data"),
        ($"{Core}.Templating.Html", [$"{Core}.Data"], "what HTML becomes is a function of the HTML"),
        ($"!{Core}.Templating", ["Fluid", "AngleSharp.Css", "NJsonSchema"], "only Templating may use the template engine"),
        ($"{Core}.Smtp", [$"{Core}.Data", $"{Core}.Delivery", $"{Core}.Accepting"], "SMTP knows neither queue nor database"),
        ($"{Core}.Bounces", [$"{Core}.Data", $"{Core}.Delivery", $"{Core}.Smtp", $"{Core}.Accepting"],
            "a verdict is a function of a reply or of a mail"),
        ($"{Core}.Bounces.Replies", ["MimeKit", $"{Core}.Bounces.Reports"], "a reply is a line of text"),
        ($"{Core}.Delivery", [$"{Core}.Accepting", $"{Core}.Composing", $"{Core}.Notifications", $"{Core}.Feedback"],
            "data moves to the right only"),
        ($"{Core}.Feedback!{Core}.Feedback.Mailboxes", [$"{Core}.Accepting", $"{Core}.Delivery", $"{Core}.Smtp", $"{Core}.Notifications"],
            "what comes back meets the rows, not the stages"),
        ($"{Core}.Notifications", [$"{Core}.Accepting", $"{Core}.Smtp", $"{Core}.Routing"], "telling knows nothing of mail's ways"),
        ($"{Core}.Notifications.Sending", [$"{Core}.Data"], "a request is a function of what it is given"));

    [Fact]
    public void Core_folders_use_only_what_they_may() => Assert.Empty(CoreRules.Check(CoreAssembly));

    [Fact]
    public void The_edge_does_not_speak_smtp_and_its_nouns_leave_each_other_alone()
    {
        var rules = Nouns.Select(noun => (
            noun,
            Nouns.Where(n => n != noun && !(noun == "MailApi.Messages" && n == "MailApi.Events")).Append("MailKit").ToArray(),
            "nouns do not use each other, and none speaks SMTP"));
        Assert.Empty(new FolderRules([.. rules]).Check(EdgeAssembly));
    }

    [Fact]
    public void The_check_can_fail()
    {
        var rules = new FolderRules(($"{Core}.Smtp", ["MailKit"], "a rule that the code must break"));
        var violations = rules.Check(CoreAssembly);

        Assert.Contains(violations, v => v.Uses.StartsWith("MailKit", StringComparison.Ordinal));
    }

    [Fact]
    public void The_check_sees_catch_clauses_and_async_methods()
    {
        var rules = new FolderRules((typeof(FolderTests).Namespace!, ["System.Xml"], "used below on purpose"));
        var violations = rules.Check(typeof(FolderTests).Assembly.Location);

        Assert.Contains(violations, v => v.Type.Contains(nameof(CatchesInAsync), StringComparison.Ordinal));
    }

    private static async Task CatchesInAsync()
    {
        try
        {
            await Task.Yield();
        }
        catch (System.Xml.XmlException)
        {
            // Only here to be found.
        }
    }
}
