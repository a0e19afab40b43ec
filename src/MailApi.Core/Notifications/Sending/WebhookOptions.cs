using System.Net;

namespace MailApi.Core.Notifications.Sending;

/// <summary>Section <c>Webhooks</c>: how events are told to endpoints, how long, and where they may lie.</summary>
public sealed class WebhookOptions
{
    private const string Section = "Webhooks";

    /// <summary>What an empty <see cref="RetrySchedule"/> stands for.</summary>
    public static IReadOnlyList<TimeSpan> DefaultRetrySchedule { get; } =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2),
        TimeSpan.FromHours(5), TimeSpan.FromHours(10), TimeSpan.FromHours(14), TimeSpan.FromHours(20),
        TimeSpan.FromHours(24),
    ];

    /// <summary>
    /// Delays between attempts, each zero or longer; the first attempt is made at once. Default 5 s, 5 min, 30 min, 2 h,
    /// 5 h, 10 h, 14 h, 20 h, 24 h.
    /// </summary>
    public IReadOnlyList<TimeSpan> RetrySchedule { get; set; } = [];

    /// <summary>
    /// The last delay repeats until the event is this old and the whole schedule has been used; default 60 h.
    /// </summary>
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromHours(60);

    /// <summary>From the start of a request until the headers of the answer; default 15 s, up to 5 min.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>To find the endpoint's address and reach it, TLS included; default 10 s, up to 5 min.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Networks (CIDR) an endpoint may lie in although they are not public; none by default.</summary>
    public IReadOnlyList<string> AllowedNetworks { get; set; } = [];

    /// <summary>DNS servers as <c>address:port</c>; default the machine's resolver.</summary>
    public IReadOnlyList<string> DnsServers { get; set; } = [];

    /// <summary>Requests under way at once to one endpoint; default 10, 1 to 100.</summary>
    public int MaxConcurrencyPerEndpoint { get; set; } = 10;

    /// <summary>Endpoints a project may have; default 50, at least 1.</summary>
    public int MaxEndpointsPerProject { get; set; } = 50;

    /// <summary>An endpoint that does nothing but fail for so long is disabled; default 5 days.</summary>
    public TimeSpan DisableAfter { get; set; } = TimeSpan.FromDays(5);

    /// <summary>What is wrong with the section: one sentence per fault, which names the key.</summary>
    public IEnumerable<string> Validate()
    {
        var longest = TimeSpan.FromMinutes(5);
        (bool Wrong, string Sentence)[] rules =
        [
            (RetrySchedule.Any(d => d < TimeSpan.Zero), "RetrySchedule must not have negative delays."),
            (GiveUpAfter <= TimeSpan.Zero, "GiveUpAfter must be longer than zero."),
            (Timeout <= TimeSpan.Zero || Timeout > longest, "Timeout must be longer than zero and at most 5 minutes."),
            (ConnectTimeout <= TimeSpan.Zero || ConnectTimeout > longest,
                "ConnectTimeout must be longer than zero and at most 5 minutes."),
            (MaxConcurrencyPerEndpoint is < 1 or > 100, "MaxConcurrencyPerEndpoint must be between 1 and 100."),
            (MaxEndpointsPerProject < 1, "MaxEndpointsPerProject must be at least 1."),
            (DisableAfter <= TimeSpan.Zero, "DisableAfter must be longer than zero."),
            .. AllowedNetworks.Where(n => !IPNetwork.TryParse(n, out _))
                .Select(n => (true, $"AllowedNetworks has '{n}', which is no network such as 10.0.0.0/8.")),
            .. DnsServers.Where(s => !IPEndPoint.TryParse(s, out var server) || server.Port == 0)
                .Select(s => (true, $"DnsServers has '{s}', which is no address and port such as 192.0.2.1:53.")),
        ];
        return rules.Where(r => r.Wrong).Select(r => $"{Section}:{r.Sentence}");
    }
}
