using System.Diagnostics;
using System.Text;
using MailApi.Core.Bounces.Reports;

namespace MailApi.Tests.Bounces;

/// <summary>Mail that was made to hurt: each ends within a second and 64 MB.</summary>
public sealed class ReportPoisonTests
{
    private const int Mebibyte = 1024 * 1024;
    private const string Daemon = "From: MAILER-DAEMON@x.example\nTo: a@acme.example\nSubject: failure notice\n";

    private static readonly Dictionary<string, Func<string>> Poisons = new()
    {
        ["30 MB of text"] = () => Daemon + "\n" + Repeat("could not be delivered to <ann@example.net>: 550 user unknown\n", 30 * Mebibyte),
        ["30 MB on one line"] = () => Daemon + "\n" + Repeat("ann@example.net ", 30 * Mebibyte),
        ["30 MB in one header"] = () => "Subject: " + Repeat("=?utf-8?B?w7w=?= ", 30 * Mebibyte) + "\n\nx",
        ["nothing but headers"] = () => Repeat("A: b\n", 30 * Mebibyte),
        ["folded without end"] = () => "X: y\n" + Repeat(" z\n", 30 * Mebibyte),
        ["only line ends"] = () => Repeat("\n", 30 * Mebibyte),
        ["only at signs"] = () => Daemon + "\n" + Repeat("@", 30 * Mebibyte),
        ["only quotes and at signs"] = () => Daemon + "\n" + Repeat("\"@", 30 * Mebibyte),
        ["a million parts"] = () => Daemon + "Content-Type: multipart/mixed; boundary=b\n\n" + Repeat("--b\n\n", 10 * Mebibyte),
        ["a million parts of text"] = () =>
            Daemon + "Content-Type: multipart/mixed; boundary=b\n\n" + Repeat("--b\nContent-Type: text/plain\n\nann@example.net\n", 10 * Mebibyte),
        ["nested multiparts"] = () => Daemon + Nested(20_000),
        ["nested multiparts with one boundary"] = () =>
            Daemon + Repeat("Content-Type: multipart/mixed; boundary=b\n\n--b\n", 10 * Mebibyte),
        ["nested messages"] = () => Daemon + Repeat("Content-Type: message/rfc822\n\n", 10 * Mebibyte),
        ["nested encoded messages"] = () => Daemon + EncodedMessages(12),
        ["groups in groups"] = () => $"From: {new string('(', 200_000)}\nTo: {Repeat("a:", 200_000)}\nCc: {new string('<', 200_000)}\n\nx",
        ["parameters without end"] = () => Daemon + "Content-Type: text/plain" + Repeat("; a*0*=utf-8''b", Mebibyte) + "\n\nx",
        ["a parameter far away"] = () => Daemon + "Content-Type: text/plain; name*2147483647*=utf-8''x; name*0=y\n\nx",
        ["a boundary of 900 KB"] = () => Daemon + $"Content-Type: multipart/mixed; boundary=\"{new string('b', 900_000)}\"\n\n--b\n\nx",
        ["a status with a million recipients"] = () => Status(Repeat("\nFinal-Recipient: rfc822; ann@example.net\nAction: failed\nStatus: 5.0.0\n", 10 * Mebibyte)),
        ["a status in one group"] = () => Status("\n" + Repeat("Final-Recipient: rfc822; ann@example.net\n", 10 * Mebibyte)),
        ["a diagnostic without end"] = () =>
            Status("\nFinal-Recipient: rfc822; ann@example.net\nAction: failed\nDiagnostic-Code: smtp; " + Repeat("550 mailbox 5.1.1.1 ", 10 * Mebibyte)),
        ["many failed recipients in the header"] = () =>
            Daemon + "X-Failed-Recipients: " + Repeat("ann@example.net,\n ", 10 * Mebibyte) + "\n\nfailed",
        ["tags without end"] = () => Daemon + "Content-Type: text/html\n\n" + Repeat("<div><style>", 10 * Mebibyte),
        ["unclosed tags"] = () => Daemon + "Content-Type: text/html\n\n" + Repeat("<", 10 * Mebibyte),
        ["a character set that does not exist"] = () => Daemon + "Content-Type: text/plain; charset=x-none\n\n\u00ff\u00fe",
        ["a character set that is forbidden"] = () => Daemon + "Content-Type: text/plain; charset=utf-7\n\n+ADw-",
        ["fields in the text"] = () => Daemon + "\n" + Repeat("Received: a\nFrom:\n", 10 * Mebibyte),
        ["a field in every other line"] = () => Daemon + "\n" + Repeat("Received: a\n x\n\n", 10 * Mebibyte),
        ["json in the text"] = () => Daemon + "\n{\"notificationType\":" + Repeat("[", 10 * Mebibyte),
        ["references without end"] = () => Daemon + "References: " + Repeat("<a@b> ", Mebibyte) + "\n\nx",
    };

    public static TheoryData<string> Names => [.. Poisons.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Ends_soon_and_in_little_memory(string poison)
    {
        var mail = Encoding.Latin1.GetBytes(Poisons[poison]());
        ReportReader.Read("From: a@b.example\n\nloads what the first read loads"u8.ToArray());
        var before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();

        ReportReader.Read(mail);

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(1), $"{clock.Elapsed}");
        Assert.True(allocated < 64 * Mebibyte, $"{allocated / Mebibyte} MB");
    }

    /// <summary>Bytes of real forms, cut, doubled and overwritten: nothing throws.</summary>
    [Fact]
    public void Damaged_reports_are_read_as_far_as_they_go()
    {
        var random = new Random(20261125);
        var seeds = Directory.GetFiles(ReportSampleTests.Folder()).Order().Select(File.ReadAllBytes).ToList();
        for (var i = 0; i < 4000; i++)
        {
            ReportReader.Read(Damage(seeds[random.Next(seeds.Count)], random));
        }
    }

    private static byte[] Damage(byte[] seed, Random random)
    {
        var bytes = seed.ToList();
        for (var i = random.Next(1, 12); i > 0; i--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.InsertRange(at, "\n\r:;<>@\"=?.--"u8[..random.Next(1, 13)].ToArray());
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(40), bytes.Count - at));
                    break;
                default:
                    bytes.InsertRange(at, bytes.GetRange(at / 2, Math.Min(60, bytes.Count - (at / 2))));
                    break;
            }

            if (bytes.Count == 0)
            {
                return [];
            }
        }

        return [.. bytes];
    }

    private static string Repeat(string text, int length) => string.Concat(Enumerable.Repeat(text, length / text.Length));

    private static string Status(string fields) =>
        Daemon + "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n" + fields + "\n--b--\n";

    private static string Nested(int depth) =>
        string.Concat(Enumerable.Range(0, depth).Select(i => $"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n"));

    private static string EncodedMessages(int depth)
    {
        var mail = "Content-Type: text/plain\n\nann@example.net";
        for (var i = 0; i < depth; i++)
        {
            var encoded = Convert.ToBase64String(Encoding.ASCII.GetBytes(mail), Base64FormattingOptions.InsertLineBreaks);
            mail = $"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{encoded}";
        }

        return mail;
    }
}
