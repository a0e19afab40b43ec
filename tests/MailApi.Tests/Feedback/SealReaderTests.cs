using MailApi.Core.Domain;
using MailApi.Core.Feedback;

namespace MailApi.Tests.Feedback;

public sealed class SealReaderTests
{
    private static readonly Id<Message> Id = new(Guid.Parse("0193b2c4-7d00-7abc-8def-0123456789ab"));
    private static readonly MessageSeals Seals = WithKey(1);
    private static readonly string Path = $"{Id.Bare}{Seals.Of(Id, SealPurpose.ReturnPath)}";
    private static readonly string MessageId = $"{Id.Bare}.{Seals.Of(Id, SealPurpose.MessageId)}";

    [Fact]
    public void A_sealed_id_is_found_however_servers_have_dressed_it()
    {
        string[] paths =
        [
            $"b+{Path}@bounces.acme.example", $"B+{Path.ToUpperInvariant()}@BOUNCES.ACME.EXAMPLE",
            $"SRS0=Ab1c=XY=bounces.acme.example=b+{Path}@forwarder.example", $"prvs=123456789a=b+{Path}@bounces.acme.example",
        ];
        Assert.All(paths, p => Assert.Equal(new SealedId(Id, SealPurpose.ReturnPath), SealReader.Find(Seals, p)));
        Assert.Equal(new SealedId(Id, SealPurpose.MessageId), SealReader.Find(Seals, $"<x@y.example> <{MessageId}@acme.example>"));
    }

    [Fact]
    public void Nothing_is_found_without_the_key()
    {
        Assert.Null(SealReader.Find(WithKey(2), $"b+{Path}@bounces.acme.example"));
        Assert.Null(SealReader.Find(WithKey(2), $"{MessageId}@acme.example"));
    }

    [Fact]
    public void No_character_of_it_may_be_another_one()
    {
        foreach (var text in (string[])[Path, MessageId])
        {
            for (var i = 0; i < text.Length; i++)
            {
                var altered = string.Concat(text.AsSpan(0, i), text[i] == '7' ? "6" : "7", text.AsSpan(i + 1));
                Assert.Null(SealReader.Find(Seals, altered));
            }

            Assert.Null(SealReader.Find(Seals, text.AsSpan()[..^1]));
            Assert.Null(SealReader.Find(Seals, $"{text}0"));
        }
    }

    [Fact]
    public void The_seal_of_one_place_is_none_in_the_other()
    {
        Assert.Null(SealReader.Find(Seals, $"{Id.Bare}.{Seals.Of(Id, SealPurpose.ReturnPath)}"));
        Assert.Null(SealReader.Find(Seals, $"{Id.Bare}{Seals.Of(Id, SealPurpose.MessageId)}"));
    }

    private static MessageSeals WithKey(byte key)
    {
        var seals = new MessageSeals();
        seals.UseKey([.. Enumerable.Repeat(key, 32)]);
        return seals;
    }
}
