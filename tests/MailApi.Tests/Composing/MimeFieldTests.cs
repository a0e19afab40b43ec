using System.Text;
using MailApi.Core.Composing;
using MailApi.Core.Domain;
using MimeKit;

namespace MailApi.Tests.Composing;

/// <summary>What stands on a line as it is, and what has to be encoded, reads back as it was given.</summary>
public sealed class MimeFieldTests
{
    [Theory]
    [InlineData("Hello")]
    [InlineData("")]
    [InlineData("Grüße aus Köln")]
    [InlineData("a subject that is a good deal longer than the seventy-eight characters that fit on a line")]
    public void A_subject(string subject) => Assert.Equal(subject, Read(Request() with { Subject = subject }).Subject ?? "");

    [Theory]
    [InlineData("Ann")]
    [InlineData("Doe, John")]
    [InlineData("\"quoted\" and \\ slashed")]
    [InlineData("J. R. (Bob) Dobbs")]
    [InlineData("Ünal")]
    [InlineData("two  blanks")]
    public void A_name(string name)
    {
        var to = Assert.IsType<MailboxAddress>(Assert.Single(Read(Request() with { To = [Box("ann@example.net", name)] }).To));

        Assert.Equal(name, to.Name);
        Assert.Equal("ann@example.net", to.Address);
    }

    [Fact]
    public void Addresses_on_one_line_and_on_many()
    {
        var few = Enumerable.Range(0, 2).Select(i => Box($"r{i}@example.net", null)).ToList();
        var many = Enumerable.Range(0, 40).Select(i => Box($"recipient{i}@example.net", $"Recipient {i}")).ToList();

        var message = Read(Request() with { To = few, Cc = many });

        Assert.Equal(few.Select(m => m.Address.ToString()), message.To.Mailboxes.Select(m => m.Address));
        Assert.Equal(many.Select(m => m.Name), message.Cc.Mailboxes.Select(m => m.Name));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r")]
    [InlineData("\f")]
    [InlineData("\u2028")]
    public void Whatever_ends_a_line_becomes_CRLF(string end)
    {
        var mime = Encoding.UTF8.GetString(MimeComposer.Compose(Request() with { Text = $"one{end}two\r\nthree" }));

        Assert.EndsWith("\r\n\r\none\r\ntwo\r\nthree", mime, StringComparison.Ordinal);
    }

    private static MimeMessage Read(ComposeRequest request) =>
        MimeMessage.Load(new MemoryStream(MimeComposer.Compose(request)), TestContext.Current.CancellationToken);

    private static ComposeRequest Request() => new()
    {
        From = Box("hello@acme.example", null),
        To = [Box("ann@example.net", "Ann")],
        Cc = [],
        ReplyTo = [],
        Subject = "Hello",
        Text = "Hi",
        Headers = [],
        Attachments = [],
    };

    private static Mailbox Box(string email, string? name) =>
        Mailbox.TryCreate(email, name, out var mailbox, out var error) ? mailbox : throw new ArgumentException(error);
}
