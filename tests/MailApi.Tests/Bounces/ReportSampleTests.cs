using System.Runtime.CompilerServices;
using System.Text;
using MailApi.Core.Bounces.Reports;
using MailApi.Core.Domain;

namespace MailApi.Tests.Bounces;

/// <summary>
/// Reads each file beside this one in <c>Samples</c>. Its first line says what is expected:
/// <c>Expect: kind; address class category; …</c>
/// </summary>
public sealed class ReportSampleTests
{
    public static TheoryData<string> Samples =>
        [.. Directory.GetFiles(Folder()).Select(file => Path.GetFileNameWithoutExtension(file)!).Order()];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Is_understood(string sample)
    {
        var (expected, mail) = Load(sample);

        Assert.Equal(expected, Describe(ReportReader.Read(Encoding.UTF8.GetBytes(mail))));
    }

    [Theory]
    [InlineData("german", "iso-8859-1")]
    [InlineData("french", "windows-1252")]
    [InlineData("polish", "iso-8859-2")]
    [InlineData("russian", "koi8-r")]
    [InlineData("russian", "windows-1251")]
    [InlineData("chinese", "gb2312")]
    [InlineData("chinese", "gb18030")]
    [InlineData("telco", "iso-2022-jp")]
    [InlineData("telco", "shift_jis")]
    [InlineData("telco", "euc-jp")]
    public void Is_understood_in_other_character_sets(string sample, string charset)
    {
        var (expected, mail) = Load(sample);
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(charset) ?? Encoding.GetEncoding(charset);
        var head = mail.IndexOf("\n\n", StringComparison.Ordinal);
        var header = mail[..head].Replace("utf-8", charset, StringComparison.Ordinal);

        var bytes = Encoding.UTF8.GetBytes(header).Concat(encoding.GetBytes(mail[head..])).ToArray();

        Assert.Equal(expected, Describe(ReportReader.Read(bytes)));
    }

    [Fact]
    public void Line_ends_make_no_difference()
    {
        var (expected, mail) = Load("qmail");

        Assert.Equal(expected, Describe(ReportReader.Read(Encoding.UTF8.GetBytes(mail.Replace("\n", "\r\n", StringComparison.Ordinal)))));
    }

    private static (string Expected, string Mail) Load(string sample)
    {
        var text = File.ReadAllText(Path.Combine(Folder(), $"{sample}.eml"));
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        return (text["Expect: ".Length..end], text[(end + 1)..]);
    }

    private static string Describe(BounceReport report) => string.Join("; ", report.Recipients
        .Select(r => r.Verdict is { } verdict ? $"{r.Email} {Names.Of(verdict.Class)} {Names.Of(verdict.Category)}" : r.Email)
        .Prepend(Names.Of(report.Kind)));

    internal static string Folder([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "Samples");
}
