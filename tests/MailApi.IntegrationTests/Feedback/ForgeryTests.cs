using MailApi.Core.Domain;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Feedback;

/// <summary>What strangers make up changes nothing.</summary>
public abstract class ForgeryTests(LoopService service)
{
    private const int Each = 20;
    private readonly Random _random = new(20261125);

    [Fact]
    public async Task Of_two_hundred_forgeries_none_is_believed()
    {
        using var api = await service.NewProjectAsync();
        using var other = await service.NewProjectAsync();
        var (ann, bob) = (LoopService.NewAddress(), LoopService.NewAddress("bob"));
        var sent = await service.SendAsync(api, ann);
        var foreign = await service.SendAsync(other, bob);

        var forgeries = Enumerable.Range(0, Each).SelectMany(_ => Forge(sent, foreign)).ToList();
        Assert.Equal(200, forgeries.Count);
        foreach (var forgery in forgeries)
        {
            var answer = await LoopService.PushAsync(api, forgery);
            Assert.True(
                answer["matched"]!.AsArray().Count == 0 && answer["recorded"]!.AsArray().Count == 0, $"{answer}\n{forgery}");
        }

        foreach (var (client, message, address) in new[] { (api, sent, ann), (other, foreign, bob) })
        {
            Assert.Equal(2, (await client.WaitForEventsOfAsync(message.Id, 2)).Count);
            Assert.Equal("delivered", ApiClient.StatusOf((await client.GetAsync($"/v1/messages/{message.Id}")).Body!, address));
            Assert.Empty((await client.GetAsync("/v1/suppressions")).Body!["data"]!.AsArray());
        }

        // The same with nothing forged is believed: it was the seal that made the difference.
        Assert.Single((await LoopService.PushAsync(api, Reports.Status(sent.ReturnPath, sent.MessageId, ann)))["matched"]!.AsArray());
    }

    /// <summary>Ten of different kinds.</summary>
    private IEnumerable<string> Forge(SentMessage sent, SentMessage foreign)
    {
        var ann = sent.Recipients[0];
        var seal = sent.ReturnPath[^(MessageSeals.Length + 1 + LoopService.ReturnPathDomain.Length)..].Split('@')[0];
        var messageSeal = sent.MessageId.Split('.', '@')[1];
        var id = sent.Id[4..];
        const string domain = LoopService.ReturnPathDomain;

        // Ids out of the blue, in a return path and in a Message-ID.
        yield return Reports.Status($"b+{Text(42)}@{domain}", "x@y.example", ann);
        yield return Reports.Status("abuse@acme.example", $"0{Text(25)}.{Text(16)}@acme.example", ann);

        // The right id with a seal that is altered, cut off, or left out.
        yield return Reports.Status($"b+{id}{Altered(seal)}@{domain}", "x@y.example", ann);
        yield return Reports.Status("abuse@acme.example", $"{id}.{Altered(messageSeal)}@acme.example", ann);
        yield return Reports.Status($"b+{id}{seal[.._random.Next(16)]}@{domain}", $"{id}@acme.example", ann);

        // The seal of one place in the other.
        yield return Reports.Status($"b+{id}{messageSeal}@{domain}", $"{id}.{seal}@acme.example", ann);

        // Message-IDs of other people's mail.
        yield return Reports.Status("abuse@acme.example", $"{Guid.NewGuid():n}@mail.example", ann);

        // The right Message-ID, about somebody the message was not sent to.
        yield return Reports.Status("abuse@acme.example", sent.MessageId, foreign.Recipients[0]);

        // Another project's message with this one's seal.
        yield return Reports.Status($"b+{foreign.Id[4..]}{seal}@{domain}", $"{foreign.Id[4..]}.{messageSeal}@acme.example", ann);

        // A seal that was good once: the message has been removed by age.
        var gone = Id<Message>.New(TimeProvider.System.GetUtcNow().AddDays(-400));
        yield return Reports.Status(Returns(gone), $"{gone.Bare}.{Text(16)}@acme.example", ann);
    }

    private static string Returns(Id<Message> id)
    {
        var seals = new MessageSeals();
        seals.UseKey(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(LoopService.Key)));
        _ = EmailAddress.TryParse("hello@acme.example", out var from, out _);
        return new ReturnPaths(seals, "b", LoopService.ReturnPathDomain).Of(id, from!).ToString();
    }

    private string Text(int length) => string.Concat(
        Enumerable.Range(0, length).Select(_ => "0123456789abcdefghjkmnpqrstvwxyz"[_random.Next(32)]));

    private string Altered(string seal)
    {
        var at = _random.Next(seal.Length);
        return string.Concat(seal.AsSpan(0, at), seal[at] == '0' ? "1" : "0", seal.AsSpan(at + 1));
    }
}

public sealed class SqliteForgeryTests(SqliteLoop service) : ForgeryTests(service), IClassFixture<SqliteLoop>;

public sealed class PostgresForgeryTests(PostgresLoop service) : ForgeryTests(service), IClassFixture<PostgresLoop>;
