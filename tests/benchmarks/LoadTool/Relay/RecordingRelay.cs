using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace MailApi.Benchmarks.LoadTool.Relay;

/// <summary>An SMTP server inside the tool that accepts every message and keeps the time of each step.</summary>
/// <param name="slowestAnswer">The 250 after the final dot waits a random time up to this.</param>
public sealed class RecordingRelay(TimeSpan slowestAnswer) : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<Transaction> _received = Channel.CreateUnbounded<Transaction>();
    private readonly List<Task> _sessions = [];
    private Task _accepting = Task.CompletedTask;
    private readonly TaskCompletionSource _never = new();
    private volatile bool _hangs;
    private int _cutOffBeforeDot;
    private int _cutOffAfterDot;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Nobody is answered who asks for a recipient there.</summary>
    public string? HangingDomain { get; init; }

    /// <summary>From then on nobody is answered anything.</summary>
    public bool Hangs
    {
        get => _hangs;
        set => _hangs = value;
    }

    /// <summary>Every message whose final dot arrived, in that order.</summary>
    public ChannelReader<Transaction> Received => _received.Reader;

    /// <summary>Connections lost between MAIL FROM and the final dot: no copy exists on this side.</summary>
    public int CutOffBeforeDot => _cutOffBeforeDot;

    /// <summary>Connections lost between the final dot and our 250: a copy exists and the sender cannot know.</summary>
    public int CutOffAfterDot => _cutOffAfterDot;

    public void Start()
    {
        _listener.Start(backlog: 512);
        _accepting = AcceptAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        await Task.WhenAll(_sessions);
        _listener.Dispose();
        _stop.Dispose();
    }

    internal void Record(Transaction transaction) => _received.Writer.TryWrite(transaction);

    internal void RecordCutOff(bool afterDot) =>
        Interlocked.Increment(ref afterDot ? ref _cutOffAfterDot : ref _cutOffBeforeDot);

    internal Task HangAsync(CancellationToken cancellationToken) => _never.Task.WaitAsync(cancellationToken);

    internal async Task PauseBeforeAnswerAsync(CancellationToken cancellationToken)
    {
        if (slowestAnswer > TimeSpan.Zero)
        {
            await Task.Delay(Random.Shared.NextDouble() * slowestAnswer, cancellationToken);
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _sessions.Add(new RelaySession(this, client).RunAsync(_stop.Token));
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed: the listener's work is over.
        }
    }
}
