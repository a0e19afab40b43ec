using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MailApi.Benchmarks.LoadTool.Peers;

/// <summary>Postfix's <c>smtp-sink</c>: the far side of every speed row, and the count of what reached it.</summary>
/// <remarks>
/// With <c>-c</c> it writes a running counter after every message. That goes to a file whose last bytes are read a
/// hundred times a second, so counting costs the same few microseconds whoever sends.
/// </remarks>
public sealed partial class SinkProcess(Workspace workspace) : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan PatienceWithoutArrivals = TimeSpan.FromSeconds(60);

    private ChildProcess? _process;

    public int Port { get; } = FreePort.Next();

    private string Counter => workspace.PathOf("smtp-sink.log");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        string[] user = Environment.IsPrivilegedProcess ? ["-u", "nobody"] : [];
        _process = ChildProcess.Start(
            ["smtp-sink", "-c", "-m", "1024", .. user, $"127.0.0.1:{Port}", "1024"], Counter);
        await Listening.WaitAsync(Port, _process, cancellationToken);
    }

    /// <summary>Messages received since the start.</summary>
    public int Received()
    {
        Span<byte> tail = stackalloc byte[128];
        using var counter = new FileStream(Counter, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        counter.Seek(-Math.Min(tail.Length, counter.Length), SeekOrigin.End);
        var text = Encoding.ASCII.GetString(tail[..counter.Read(tail)]);
        var last = MessageCount().Matches(text).LastOrDefault();
        return last is null ? 0 : int.Parse(last.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>Waits until the count is <paramref name="total"/>; returns the time of the last arrival.</summary>
    /// <exception cref="RunFailedException">Nothing arrived for a minute.</exception>
    public async Task<long> WaitForAsync(int total, CancellationToken cancellationToken)
    {
        var seen = Received();
        var lastChange = Stopwatch.GetTimestamp();
        while (seen < total)
        {
            await Task.Delay(PollInterval, cancellationToken);
            var now = Received();
            if (now != seen)
            {
                (seen, lastChange) = (now, Stopwatch.GetTimestamp());
            }
            else if (Stopwatch.GetElapsedTime(lastChange) > PatienceWithoutArrivals)
            {
                throw new RunFailedException($"the sink stopped at {seen} of {total} messages");
            }
        }

        return lastChange;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    // A counter may be cut off at the start of the window; the carriage return says that this one is whole.
    [GeneratedRegex(@"mesg=(\d+)\r")]
    private static partial Regex MessageCount();
}
