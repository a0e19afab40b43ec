using MailApi.Core.Suppressing.Importing;

namespace MailApi.Tests.Suppressing;

public sealed class CsvTests
{
    [Theory]
    [InlineData("a,b\nc,d", "1:a|b 2:c|d")]
    [InlineData("a,b\r\nc,d\r\n", "1:a|b 2:c|d")]
    [InlineData("a;b\rc;d", "1:a|b 2:c|d")]
    [InlineData("a\tb\n\n\nc\td", "1:a|b 4:c|d")]
    [InlineData("\uFEFFa,b", "1:a|b")]
    [InlineData("\"a,b\",c\n\"d\"\"e\",f", "1:a,b|c 2:d\"e|f")]
    [InlineData("\"a\nb\",c\nd,e", "1:a\nb|c 3:d|e")]
    [InlineData("a,,b", "1:a||b")]
    [InlineData("\"never closed,\nb", "1:never closed,\nb")]
    [InlineData("", "")]
    public void Records_are_read(string text, string expected) => Assert.Equal(
        expected, string.Join(' ', Csv.Read(text).Select(r => $"{r.Line}:{string.Join('|', r.Fields)}")));

    [Fact]
    public void What_is_written_is_read_again()
    {
        string[] fields = ["plain", "with,comma", "with \"quotes\"", "two\nlines", ""];

        Assert.Equal(fields, Assert.Single(Csv.Read(Csv.Write(fields))).Fields);
    }
}
