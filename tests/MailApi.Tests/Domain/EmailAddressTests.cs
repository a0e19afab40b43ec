using MailApi.Core.Domain;

namespace MailApi.Tests.Domain;

public sealed class EmailAddressTests
{
    [Theory]
    [InlineData("ann@example.net", "ann@example.net")]
    [InlineData("Ann+tag@Example.NET", "Ann+tag@example.net")]
    [InlineData("\"a b\"@example.net", "\"a b\"@example.net")]
    [InlineData("ann@bücher.example", "ann@xn--bcher-kva.example")]
    [InlineData("дуня@пример.рф", "дуня@xn--e1afmkfd.xn--p1ai")]
    public void Is_read_with_its_domain_in_ALabels(string text, string expected)
    {
        Assert.True(EmailAddress.TryParse(text, out var address, out _));
        Assert.Equal(expected, address.ToString());
    }

    [Theory]
    [InlineData("ann@xn--bcher-kva.example", "ann@BÜCHER.example")]
    [InlineData("Ann@example.net", "ann@EXAMPLE.net")]
    [InlineData("do\u0308rte@example.net", "d\u00f6rte@example.net")]
    public void Spellings_of_one_mailbox_share_a_key(string one, string other)
    {
        Assert.True(EmailAddress.TryParse(one, out var first, out _));
        Assert.True(EmailAddress.TryParse(other, out var second, out _));
        Assert.Equal(first.Key, second.Key);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ann")]
    [InlineData("@example.net")]
    [InlineData("ann@")]
    [InlineData("ann@localhost")]
    [InlineData("ann@[192.0.2.1]")]
    [InlineData("ann@example.1")]
    [InlineData("ann@example.i")]
    [InlineData("ann@-example.net")]
    [InlineData("ann@ex--ample.net")]
    [InlineData("ann@xn--a.example")]
    [InlineData("a..b@example.net")]
    [InlineData(".a@example.net")]
    [InlineData("a b@example.net")]
    [InlineData("a\r\n@example.net")]
    [InlineData("a\0@example.net")]
    [InlineData("\"a\"b\"@example.net")]
    [InlineData("<\u0338a@example.net")]
    [InlineData("a@exam\u2551ple.net")]
    [InlineData("a\u202e@example.net")]
    public void What_cannot_be_mailed_to_is_refused_with_a_sentence(string text)
    {
        Assert.False(EmailAddress.TryParse(text, out _, out var error));
        Assert.EndsWith(".", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_a_character_is_refused() => Assert.False(EmailAddress.TryParse("a" + '\ud800' + "@example.net", out _, out _));

    [Fact]
    public void Lengths_are_held()
    {
        Assert.True(EmailAddress.TryParse($"{new string('a', 64)}@example.net", out _, out _));
        Assert.False(EmailAddress.TryParse($"{new string('a', 65)}@example.net", out _, out _));
        Assert.False(EmailAddress.TryParse($"a@{new string('a', 64)}.example", out _, out _));
    }

    [Theory]
    [InlineData("Ann <ann@example.net>", "Ann")]
    [InlineData("\"Lee, Ann\" <ann@example.net>", "Lee, Ann")]
    [InlineData("\"say \\\"hi\\\"\" <ann@example.net>", "say \"hi\"")]
    [InlineData("<ann@example.net>", null)]
    [InlineData("ann@example.net", null)]
    public void A_mailbox_has_an_address_and_a_name(string text, string? name)
    {
        Assert.True(Mailbox.TryParse(text, out var mailbox, out _));
        Assert.Equal((name, "ann@example.net"), (mailbox.Name, mailbox.Address.ToString()));
    }

    [Theory]
    [InlineData("a@example.net, b@example.net")]
    [InlineData("Ann <ann@example.net>, Bob <bob@example.net>")]
    [InlineData("group: ann@example.net;")]
    [InlineData("Ann\r\nBcc: x@example.net <ann@example.net>")]
    public void One_mailbox_is_one(string text) => Assert.False(Mailbox.TryParse(text, out _, out _));
}
