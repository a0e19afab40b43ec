namespace MailApi.Benchmarks.LoadTool.Filling;

/// <summary>What a database is to be filled with.</summary>
/// <param name="Past">Messages that were delivered, or bounced, within the last weeks.</param>
/// <param name="Later">Messages that wait: half of them scheduled for a day to come, half deferred for hours.</param>
public sealed record History(int Past, int Later)
{
    /// <summary>Less than the service keeps content, so that it removes nothing meanwhile.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromDays(29);

    /// <summary>One message in so many bounced, and its recipient is suppressed.</summary>
    public const int Bounced = 33;

    /// <summary>Every message has one of so many tags, by its number.</summary>
    public const int Tags = 10;

    /// <summary>One message in so many has the tag <c>rare</c>.</summary>
    public const int Rare = 100_000;

    /// <summary>Every recipient has one of so many domains.</summary>
    public const int Domains = 40;

    /// <summary>Recipients that are not bounced; each was written to again and again.</summary>
    public const int Recipients = 200_000;

    public int Total => Past + Later;

    /// <summary>What it takes on the disk, roughly, with what filling needs besides.</summary>
    public long BytesNeeded(Provider provider) => Total * (provider == Provider.Sqlite ? 2_600L : 3_600L) + (2L << 30);
}

/// <summary>A message of the past, to be looked up.</summary>
public sealed record PastMessage(Guid Id, string Recipient, DateTimeOffset At);
