namespace MailApi.Benchmarks.LoadTool.Filling;

/// <summary>A database that is being filled, while the service does not run.</summary>
internal interface IFillTarget : IAsyncDisposable
{
    /// <summary>Writes the messages of those numbers, and returns the one in <paramref name="every"/> to be looked up.</summary>
    Task<IReadOnlyList<PastMessage>> WriteAsync(FillBatch batch, int every, CancellationToken cancellationToken);

    /// <summary>All is written: marks events as counted, and does what the database does by itself in time.</summary>
    Task FinishAsync(CancellationToken cancellationToken);
}

/// <summary>A number of messages that are written at once.</summary>
/// <param name="From">The first number.</param>
/// <param name="To">The last number.</param>
/// <param name="Total">All numbers of its kind; their times are spread evenly.</param>
/// <param name="Past">Otherwise they wait.</param>
/// <param name="Now">When it is.</param>
internal sealed record FillBatch(int From, int To, int Total, bool Past, DateTimeOffset Now)
{
    /// <summary>How far back the first message lies. Nothing waits for longer than a week.</summary>
    public TimeSpan Age => Past ? History.Age : TimeSpan.FromDays(1);

    /// <summary>Keys that are still kept.</summary>
    public DateTimeOffset KeysSince => Now.AddHours(-24);
}
