using System.Net;
using DnsClient;
using DnsClient.Protocol;

namespace MailApi.IntegrationTests.Dns;

public sealed class StubDnsServerTests
{
    [Fact]
    public async Task Answers_every_type_from_its_table()
    {
        await using var server = StubDnsServer.Start();
        server.Zone.Host("mx.acme.example", "192.0.2.1").Host("mx.acme.example", "2001:db8::1")
            .Mx("acme.example", 10, "mx.acme.example").Mx("acme.example", 300, "backup.acme.example")
            .Mx("silent.example", 0, ".").Text("acme.example", new string('v', 300))
            .Tlsa("_25._tcp.mx.acme.example", 3, 1, 1, [1, 2, 3]).Alias("www.acme.example", "mx.acme.example");
        var client = Client(server);

        var mx = (await client.QueryAsync("ACME.example", QueryType.MX)).Answers.MxRecords().ToList();
        Assert.Equal([(10, "mx.acme.example."), (300, "backup.acme.example.")], mx.Select(
            m => ((int)m.Preference, m.Exchange.Value)));
        var nullMx = (await client.QueryAsync("silent.example", QueryType.MX)).Answers.MxRecords();
        Assert.Equal(".", nullMx.Single().Exchange);
        Assert.Equal(
            IPAddress.Parse("192.0.2.1"),
            (await client.QueryAsync("www.acme.example", QueryType.A)).Answers.ARecords().Single().Address);
        Assert.Equal(
            IPAddress.Parse("2001:db8::1"),
            (await client.QueryAsync("mx.acme.example", QueryType.AAAA)).Answers.AaaaRecords().Single().Address);
        Assert.Equal(
            new string('v', 300),
            string.Concat((await client.QueryAsync("acme.example", QueryType.TXT)).Answers.TxtRecords().Single().Text));
        var tlsa = (await client.QueryAsync("_25._tcp.mx.acme.example", QueryType.TLSA)).Answers.OfType<TlsaRecord>();
        Assert.Equal([1, 2, 3], tlsa.Single().CertificateAssociationData);
    }

    [Theory]
    [InlineData(DnsStatus.ServFail, DnsHeaderResponseCode.ServerFailure)]
    [InlineData(DnsStatus.NxDomain, DnsHeaderResponseCode.NotExistentDomain)]
    [InlineData(DnsStatus.Refused, DnsHeaderResponseCode.Refused)]
    [InlineData(DnsStatus.NoError, DnsHeaderResponseCode.NoError)]
    internal async Task Fails_as_told(DnsStatus status, DnsHeaderResponseCode expected)
    {
        await using var server = StubDnsServer.Start();
        server.Zone.Host("acme.example", "192.0.2.1").Fail("acme.example", status);

        var response = await Client(server).QueryAsync("acme.example", QueryType.A);

        Assert.Equal(expected, response.Header.ResponseCode);
        Assert.Equal(status == DnsStatus.NoError ? 1 : 0, response.Answers.Count);
    }

    [Fact]
    public async Task Does_not_know_other_names_and_has_no_data_of_other_types()
    {
        await using var server = StubDnsServer.Start();
        server.Zone.Host("acme.example", "192.0.2.1");

        var other = await Client(server).QueryAsync("other.example", QueryType.A);
        var empty = await Client(server).QueryAsync("acme.example", QueryType.MX);

        Assert.Equal(DnsHeaderResponseCode.NotExistentDomain, other.Header.ResponseCode);
        Assert.Equal((DnsHeaderResponseCode.NoError, 0), (empty.Header.ResponseCode, empty.Answers.Count));
    }

    [Fact]
    public async Task Stays_silent_when_told()
    {
        await using var server = StubDnsServer.Start();
        server.Zone.Fail("acme.example", DnsStatus.Timeout);

        await Assert.ThrowsAsync<DnsResponseException>(() => Client(server).QueryAsync("acme.example", QueryType.A));

        Assert.Contains(new DnsQuestion("acme.example", DnsType.A, IsTcp: false), server.Questions);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sets_the_AD_bit_and_answers_over_TCP_when_told(bool isAuthentic)
    {
        await using var server = StubDnsServer.Start();
        server.Zone.Host("acme.example", "192.0.2.1").OnlyOverTcp("acme.example").IsAuthentic = isAuthentic;

        var response = await Client(server).QueryAsync("acme.example", QueryType.A);

        Assert.Equal(isAuthentic, response.Header.IsAuthenticData);
        Assert.Single(response.Answers);
        Assert.Equal([false, true], server.Questions.Select(q => q.IsTcp));
    }

    private static LookupClient Client(StubDnsServer server) => new(new LookupClientOptions(server.EndPoint)
    {
        UseCache = false,
        Retries = 0,
        Timeout = TimeSpan.FromMilliseconds(500),
    });
}
