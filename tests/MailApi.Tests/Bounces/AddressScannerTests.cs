using MailApi.Core.Bounces;

namespace MailApi.Tests.Bounces;

public sealed class AddressScannerTests
{
    [Theory]
    [InlineData("to <ann@example.net>: no", "ann@example.net")]
    [InlineData("mailto:ann@example.net", "ann@example.net")]
    [InlineData("ann@example.net.", "ann@example.net")]
    [InlineData("for=ann@example.net;", "ann@example.net")]
    [InlineData("bounce+ann=example.net@acme.example", "bounce+ann=example.net@acme.example")]
    [InlineData("\"ann other\"@example.net", "\"ann other\"@example.net")]
    [InlineData("ann@[192.0.2.1]", "ann@[192.0.2.1]")]
    [InlineData("jürgen@bücher.example", "jürgen@bücher.example")]
    [InlineData("用户@例子.公司", "用户@例子.公司")]
    [InlineData("ann@example.jp様", "ann@example.jp")]
    [InlineData("a@b.example,c@d.example", "a@b.example c@d.example")]
    [InlineData("@ alone, x@, @y, a@@b.example", "")]
    public void Finds(string text, string expected) => Assert.Equal(
        expected, string.Join(' ', AddressScanner.FindAll(text).Select(a => text.Substring(a.Start, a.Length))));
}
