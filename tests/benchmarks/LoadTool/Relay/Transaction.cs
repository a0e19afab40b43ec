namespace MailApi.Benchmarks.LoadTool.Relay;

/// <summary>One message as the relay saw it: recorded when its final dot arrived.</summary>
public sealed class Transaction
{
    private readonly TaskCompletionSource<long> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Time stamp of the connection that carried it.</summary>
    public required long ConnectedAt { get; init; }

    /// <summary>Time stamp of its MAIL FROM.</summary>
    public required long BegunAt { get; init; }

    /// <summary>Time stamp of its final dot.</summary>
    public long ReceivedAt { get; set; }

    /// <summary>Time stamp of our 250; does not complete when the connection was lost before it.</summary>
    public Task<long> Answered => _answered.Task;

    public string MessageId { get; set; } = "";

    /// <summary>The id that the client gave the message, from the header field X-Ledger.</summary>
    public string LedgerId { get; set; } = "";

    public void Answer(long timestamp) => _answered.TrySetResult(timestamp);
}
