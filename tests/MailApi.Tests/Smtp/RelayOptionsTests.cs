using MailApi.Core.Smtp;

namespace MailApi.Tests.Smtp;

public sealed class RelayOptionsTests
{
    public static TheoryData<Action<RelayOptions>, string> Faults => new()
    {
        { o => o.Host = "", "Relays:main:Host must be a host name or an IP address." },
        { o => o.Host = "a b", "Relays:main:Host must be a host name or an IP address." },
        { o => o.Port = 0, "Relays:main:Port must be between 1 and 65535." },
        { o => o.LocalName = "x\r\nMAIL", "Relays:main:LocalName must be a host name or an IP address." },
        { o => o.Auth = "digest-md5", "Relays:main:Auth must be one of auto, none, plain" },
        { o => o.Username = "user", "Relays:main:Password must be set when Relays:main:Username is." },
        { o => o.Password = "secret", "Relays:main:Username must be set when Relays:main:Password is." },
        { o => o.MaxConnections = 0, "Relays:main:MaxConnections must be between 1 and 1000." },
        { o => o.MessagesPerConnection = 0, "Relays:main:MessagesPerConnection must be 1 or more." },
        { o => o.RateLimit = 0, "Relays:main:RateLimit must be messages per second" },
        { o => o.RateLimit = double.NaN, "Relays:main:RateLimit must be messages per second" },
        { o => o.DataTerminationTimeout = TimeSpan.Zero, "Relays:main:DataTerminationTimeout must be above zero" },
        { o => o.IdleTimeout = TimeSpan.FromDays(1), "Relays:main:IdleTimeout must be above zero" },
        {
            o => (o.Username, o.Password, o.Auth, o.Security) = ("user", "secret", "PLAIN", RelaySecurity.None),
            "Relays:main:Security must be starttls or tls for Relays:main:Auth PLAIN"
        },
    };

    public static TheoryData<Action<RelayOptions>, RelaySecurity, int> Defaults => new()
    {
        { _ => { }, RelaySecurity.Opportunistic, 25 },
        { o => o.Username = "user", RelaySecurity.StartTls, 587 },
        { o => o.Port = 465, RelaySecurity.Tls, 465 },
        { o => o.Security = RelaySecurity.Tls, RelaySecurity.Tls, 465 },
        { o => (o.Username, o.Auth) = ("user", "none"), RelaySecurity.Opportunistic, 25 },
    };

    [Theory]
    [MemberData(nameof(Faults), DisableDiscoveryEnumeration = true)]
    public void Names_the_key_that_is_wrong(Action<RelayOptions> change, string sentence)
    {
        var options = new RelayOptions { Host = "relay.test" };
        Assert.Empty(options.Validate("main"));

        change(options);

        Assert.StartsWith(sentence, Assert.Single(options.Validate("main")));
    }

    [Theory]
    [MemberData(nameof(Defaults), DisableDiscoveryEnumeration = true)]
    public void Chooses_security_and_port(Action<RelayOptions> change, RelaySecurity security, int port)
    {
        var options = new RelayOptions { Host = "relay.test" };

        change(options);

        Assert.Equal(security, options.EffectiveSecurity);
        Assert.Equal(port, options.EffectivePort);
    }

    [Theory]
    [InlineData("cram-md5")]
    [InlineData("scram-sha-256")]
    [InlineData("auto")]
    public void Lets_a_challenge_pass_in_clear(string auth)
    {
        var options = new RelayOptions
        {
            Host = "relay.test",
            Security = RelaySecurity.None,
            Username = "user",
            Password = "secret",
            Auth = auth,
        };

        Assert.Empty(options.Validate("main"));
    }
}
