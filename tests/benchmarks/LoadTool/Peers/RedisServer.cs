using System.Globalization;

namespace MailApi.Benchmarks.LoadTool.Peers;

/// <summary>
/// A Redis of our own in the workspace that answers when what it was told is on the disk: an accepted message is not lost,
/// as with the others.
/// </summary>
public sealed class RedisServer(Workspace workspace) : IAsyncDisposable
{
    private static int _started;

    private readonly string _data = workspace.CreateDirectory($"redis-{Interlocked.Increment(ref _started)}");
    private ChildProcess? _process;

    public int Port { get; } = FreePort.Next();

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _process = ChildProcess.Start(
            [
                "redis-server", "--bind", "127.0.0.1", "--port", Port.ToString(CultureInfo.InvariantCulture), "--dir", _data,
                "--appendonly", "yes", "--appendfsync", "always",
                "--save", "", // snapshots would come on top, and are not needed beside the log
                "--maxmemory-policy", "noeviction",
            ],
            workspace.PathOf("redis.log"));
        await Listening.WaitAsync(Port, _process, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }
}
