using System.Text;
using System.Text.Json;
using MailApi.Core.Composing;

namespace MailApi.Tests.Composing;

public sealed class RawMessageTests
{
    [Fact]
    public void Bytes_stay_apart_from_what_the_service_owns()
    {
        const string Body = "This  is\tthe body =\r\n.\r\n--x\r\n";
        var prepared = Prepare(
            "Received: from a\r\nFrom: Ann <ann@example.net>\r\nBcc: hidden@example.net,\r\n other@example.net\r\n"
            + "Message-ID: <mine@example.net>\r\nDate: Mon, 1 Jan 2024 00:00:00 +0000\r\nSubject: Hi\r\nX-Odd:  kept as is\r\n\r\n" + Body);

        Assert.Equal(
            "Received: from a\r\nFrom: Ann <ann@example.net>\r\nSubject: Hi\r\nX-Odd:  kept as is\r\n\r\n" + Body, Text(prepared));
        Assert.Equal(("ann@example.net", "Ann", "Hi"), (prepared.From.Address.ToString(), prepared.From.Name, prepared.Subject));
    }

    [Theory]
    [InlineData("a\nb\rc\r\nd\r\re", "a\r\nb\r\nc\r\nd\r\n\r\ne")]
    public void Every_line_end_becomes_CRLF(string body, string expected) =>
        Assert.EndsWith("\r\n\r\n" + expected, Text(Prepare("From: a@example.net\n\n" + body)), StringComparison.Ordinal);

    [Fact]
    public void Long_lines_are_encoded_and_read_back()
    {
        var line = new string('x', 2_000);
        var prepared = Prepare($"From: a@example.net\r\nContent-Type: text/plain\r\n\r\n{line}\r\n");

        Assert.All(Text(prepared).Split("\r\n"), l => Assert.True(l.Length <= 998));
        Assert.Equal(line, MimeReader.Read([], prepared.Mime).Text!.TrimEnd());
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("Subject: no author\r\n\r\nbody")]
    [InlineData("From: a@example.net, b@example.net\r\n\r\nbody")]
    [InlineData("From: a@example.net\r\n\r\nNUL \0")]
    public void What_is_no_message_is_refused_with_a_sentence(string raw)
    {
        Assert.False(RawMessage.TryPrepare(Encoding.UTF8.GetBytes(raw), out _, out var error));
        Assert.EndsWith(".", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_that_some_servers_take_for_the_end_of_DATA_is_left()
    {
        foreach (var line in File.ReadLines(TestData.Require("smtp-smuggling.jsonl")))
        {
            using var row = JsonDocument.Parse(line);
            var sequence = row.RootElement.GetProperty("seq_b64").GetBytesFromBase64();
            byte[] raw = [.. "From: a@example.net\r\n\r\nbefore"u8, .. sequence, .. "MAIL FROM:<x@y.example>"u8];
            if (RawMessage.TryPrepare(raw, out var prepared, out _))
            {
                var text = Encoding.Latin1.GetString(prepared.Mime);
                Assert.DoesNotContain('\r', text.Replace("\r\n", "", StringComparison.Ordinal));
                Assert.DoesNotContain('\n', text.Replace("\r\n", "", StringComparison.Ordinal));
            }
        }
    }

    private static PreparedRaw Prepare(string raw) =>
        RawMessage.TryPrepare(Encoding.UTF8.GetBytes(raw), out var prepared, out var error) ? prepared : throw new ArgumentException(error);

    private static string Text(PreparedRaw prepared) => Encoding.UTF8.GetString(prepared.Mime);
}
