using MailApi.Core.Domain;

namespace MailApi.Tests.Domain;

public sealed class IdTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 10, 42, 40, TimeSpan.Zero);

    [Fact]
    public void An_id_is_its_prefix_and_26_characters_and_reads_back()
    {
        var id = Id<Message>.New(Now);

        Assert.Matches("^msg_[0-9a-hjkmnp-tv-z]{26}$", id.ToString());
        Assert.True(Id<Message>.TryParse(id.ToString(), null, out var again));
        Assert.Equal(id, again);
    }

    [Fact]
    public void The_bare_uuid_is_understood()
    {
        var id = Id<Message>.New(Now);

        Assert.True(Id<Message>.TryParse(id.Value.ToString(), null, out var again));
        Assert.Equal(id, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("msg_")]
    [InlineData("evt_01jd9zt6x7f8k9m2n3p4q5r6s7")]
    [InlineData("msg_01jd9zt6x7f8k9m2n3p4q5r6s")]
    [InlineData("msg_01jd9zt6x7f8k9m2n3p4q5r6su")]
    [InlineData("msg_81jd9zt6x7f8k9m2n3p4q5r6s7")]
    [InlineData("msg-01jd9zt6x7f8k9m2n3p4q5r6s7")]
    public void Anything_else_is_no_id(string text) => Assert.False(Id<Message>.TryParse(text, null, out _));

    [Fact]
    public void A_uuid_bears_version_variant_and_time()
    {
        var bytes = UuidV7.Create(Now.AddYears(50)).ToByteArray(bigEndian: true);

        Assert.Equal(7, bytes[6] >> 4);
        Assert.Equal(2, bytes[8] >> 6);
    }

    [Fact]
    public void Ids_increase_strictly_even_when_the_clock_is_set_back()
    {
        var ids = Enumerable.Range(0, 10_000).Select(i => Id<Event>.New(Now.AddMilliseconds(-i))).ToList();

        Assert.Equal(ids.Order(), ids);
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }
}
