namespace MailApi.Core.Delivery;

/// <summary>Section <c>Delivery</c>: how long and how often the service tries.</summary>
public sealed class DeliveryOptions
{
    /// <summary>
    /// Delays between attempts; the last one repeats. Each is varied by a tenth either way. Default 1 min, 5 min, 15 min,
    /// 1 h, 2 h, 4 h, 8 h.
    /// </summary>
    public IReadOnlyList<TimeSpan> RetrySchedule { get; set; } = [];

    /// <summary>
    /// The longest delay after trouble that is the relay's or ours and not the recipient's, so that mail flows again
    /// soon after a repair; default 5 min.
    /// </summary>
    public TimeSpan RelayTroubleDelay { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long after acceptance (or <c>send_at</c>) a message is given up; default 2 days.</summary>
    public TimeSpan ExpiresAfter { get; set; } = TimeSpan.FromDays(2);

    /// <summary>
    /// How long a node's leases outlive its last sign of life; default 8 s, 3 s to 30 s. A node says that it is alive
    /// four times as often.
    /// </summary>
    public TimeSpan LeaseTime { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>How long a stopping node waits for attempts in flight; default 30 s.</summary>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Messages of one priority that a node holds in memory to be sent next; default 1,000.</summary>
    public int MaxInMemory { get; set; } = 1_000;

    /// <summary>Bytes of content a node holds in memory to be sent next; default 64 MiB.</summary>
    public long MaxBytesInMemory { get; set; } = 64 << 20;

    /// <summary>Attempts under way at once in capture mode and in the sandbox; default 16.</summary>
    public int SandboxConcurrency { get; set; } = 16;
}
