using System.Text;
using MailApi.Core.Composing;
using MailApi.Core.Domain;
using MimeMessage = MimeKit.MimeMessage;

namespace MailApi.Tests.Composing;

public sealed class MimeComposerTests
{
    [Fact]
    public void Text_alone_is_one_part()
    {
        var mime = Compose(Request());

        Assert.Contains("Content-Type: text/plain; charset=utf-8", mime, StringComparison.Ordinal);
        Assert.DoesNotContain("multipart", mime, StringComparison.Ordinal);
        Assert.DoesNotContain("Message-I", mime, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("\nDate:", mime, StringComparison.Ordinal);
    }

    [Fact]
    public void Alternative_related_and_mixed_nest_in_that_order()
    {
        var mime = Compose(Request() with
        {
            Html = "<img src=\"cid:logo\">",
            Attachments =
            [
                new ComposeAttachment("logo.png", "image/png", [1, 2, 3], "logo"),
                new ComposeAttachment("Größe.pdf", "application/pdf", [4, 5, 6], null),
            ],
        });

        var types = new[] { "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png", "application/pdf" };
        var places = types.Select(t => mime.IndexOf($"Content-Type: {t}", StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
        Assert.Contains("Content-Id: <logo>", mime, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("short ASCII", "7bit")]
    [InlineData("Grüße", "8bit")]
    public void Short_lines_stay_readable(string text, string encoding) =>
        Assert.Contains($"Content-Transfer-Encoding: {encoding}", Compose(Request() with { Text = text }), StringComparison.Ordinal);

    [Fact]
    public void No_line_is_longer_than_998_octets_and_every_line_ends_with_CRLF()
    {
        var mime = MimeComposer.Compose(Request() with
        {
            Subject = new string('s', 998),
            Text = new string('t', 5_000),
            Html = $"<p>{new string('ü', 5_000)}</p>",
            Headers = [KeyValuePair.Create("X-Long", string.Join(' ', Enumerable.Repeat("word", 190)))],
            To = [.. Enumerable.Range(0, 50).Select(i => Box($"recipient{i}@example.net", "A rather long name here"))],
        });

        var text = Encoding.Latin1.GetString(mime);
        Assert.All(text.Split("\r\n"), line => Assert.True(line.Length <= 998, $"{line.Length}"));
        Assert.DoesNotContain('\r', text.Replace("\r\n", "", StringComparison.Ordinal));
        Assert.DoesNotContain('\n', text.Replace("\r\n", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Hi there\r\n.\r\n..\r\n")]
    [InlineData("From the start\n\nwith empty lines\n")]
    [InlineData("emoji 🎉 and ümläuts")]
    [InlineData("trailing blanks   \r\nand tabs\t\r\n")]
    public void Text_reads_back_as_it_was(string text)
    {
        var content = MimeReader.Read([], MimeComposer.Compose(Request() with { Text = text, Html = $"<p>{text}</p>" }));

        Assert.Equal(text.ReplaceLineEndings("\r\n").TrimEnd(), content.Text!.ReplaceLineEndings("\r\n").TrimEnd());
        Assert.Equal($"<p>{text.ReplaceLineEndings("\r\n")}</p>", content.Html!.ReplaceLineEndings("\r\n").TrimEnd());
    }

    [Fact]
    public void Random_content_reads_back()
    {
        var random = new Random(42);
        for (var i = 0; i < 200; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 400)).Select(_ => Character(random)));
            var bytes = new byte[random.Next(0, 3_000)];
            random.NextBytes(bytes);
            var content = MimeReader.Read([], MimeComposer.Compose(Request() with
            {
                Text = text,
                Html = text,
                Attachments = [new ComposeAttachment("a.bin", "application/octet-stream", bytes, null)],
            }));

            Assert.Equal(text.TrimEnd('\n'), content.Text!.ReplaceLineEndings("\n").TrimEnd('\n'));
            Assert.Equal(bytes, Assert.Single(content.Attachments).Content);
        }
    }

    [Fact]
    public void A_name_or_subject_outside_ASCII_is_encoded_and_an_address_makes_the_header_UTF8()
    {
        Assert.Contains("=?utf-8?", Compose(Request() with { From = Box("a@example.net", "Größe") }), StringComparison.Ordinal);
        Assert.Contains("Subject: =?utf-8?", Compose(Request() with { Subject = "Grüße" }), StringComparison.Ordinal);
        Assert.Contains("dörte@example.net", Compose(Request() with { To = [Box("dörte@example.net")] }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Hello")]
    [InlineData("")]
    [InlineData("Grüße aus Köln")]
    [InlineData("a subject that is a good deal longer than the seventy-eight characters that fit on a line")]
    public void A_subject_reads_back(string subject) =>
        Assert.Equal(subject, Read(Request() with { Subject = subject }).Subject ?? "");

    [Theory]
    [InlineData("Ann")]
    [InlineData("Doe, John")]
    [InlineData("\"quoted\" and \\ slashed")]
    [InlineData("J. R. (Bob) Dobbs")]
    [InlineData("Ünal")]
    [InlineData("two  blanks")]
    public void A_name_reads_back(string name)
    {
        var to = Assert.Single(Read(Request() with { To = [Box("ann@example.net", name)] }).To.Mailboxes);

        Assert.Equal(name, to.Name);
        Assert.Equal("ann@example.net", to.Address);
    }

    [Fact]
    public void Addresses_read_back_from_one_line_and_from_many()
    {
        var few = Enumerable.Range(0, 2).Select(i => Box($"r{i}@example.net")).ToList();
        var many = Enumerable.Range(0, 40).Select(i => Box($"recipient{i}@example.net", $"Recipient {i}")).ToList();

        var message = Read(Request() with { To = few, Cc = many });

        Assert.Equal(few.Select(m => m.Address.ToString()), message.To.Mailboxes.Select(m => m.Address));
        Assert.Equal(many.Select(m => m.Name), message.Cc.Mailboxes.Select(m => m.Name));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r")]
    [InlineData("\f")]
    [InlineData("\u0085")]
    [InlineData("\u2028")]
    public void Whatever_ends_a_line_becomes_CRLF(string end) => Assert.EndsWith(
        "\r\n\r\none\r\ntwo\r\nthree", Compose(Request() with { Text = $"one{end}two\r\nthree" }), StringComparison.Ordinal);

    [Fact]
    public void A_text_of_nothing_but_line_ends_has_room()
    {
        var mime = Compose(Request() with { Text = new string('\n', 10_000) });

        Assert.EndsWith(string.Concat(Enumerable.Repeat("\r\n", 10_000)), mime, StringComparison.Ordinal);
    }

    private static MimeMessage Read(ComposeRequest request) =>
        MimeMessage.Load(new MemoryStream(MimeComposer.Compose(request)), TestContext.Current.CancellationToken);

    private static string Character(Random random) => random.Next(12) switch
    {
        0 => "\n",
        1 => " ",
        2 => "ü",
        3 => "🎉",
        4 => "=",
        5 => ".",
        _ => ((char)random.Next('!', '~')).ToString(),
    };

    private static string Compose(ComposeRequest request) => Encoding.UTF8.GetString(MimeComposer.Compose(request));

    private static ComposeRequest Request() => new()
    {
        From = Box("hello@acme.example"),
        To = [Box("ann@example.net", "Ann")],
        Cc = [],
        ReplyTo = [],
        Subject = "Hello",
        Text = "Hi",
        Headers = [],
        Attachments = [],
    };

    private static Mailbox Box(string email, string? name = null) =>
        Mailbox.TryCreate(email, name, out var mailbox, out var error) ? mailbox : throw new ArgumentException(error);
}
