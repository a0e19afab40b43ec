using System.Data.Common;
using System.Diagnostics;
using System.Threading.Channels;
using MailApi.Core.Data.Events;
using MailApi.Core.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MailApi.Core.Data.Writing;

/// <summary>
/// Commits in groups: whatever has gathered while the last commit was under way goes into the next, so that one fsync
/// serves many requests and outcomes. Bounded: callers that may be refused ask with <see cref="TrySubmit"/>, those that
/// must not lose anything wait in <see cref="SubmitAsync"/>.
/// </summary>
public sealed partial class GroupCommit(Writer writer, EventLog events, TimeProvider time, ILogger<GroupCommit> logger)
    : IHostedService, IDisposable
{
    private const int MaxGroup = 256;
    private const int MaxWaiting = 2_000;
    private const int MaxOutcomes = 512;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(250);

    private readonly Channel<IGroupWrite> _channel =
        Channel.CreateUnbounded<IGroupWrite>(new UnboundedChannelOptions { SingleReader = true });

    private readonly SemaphoreSlim _outcomeSlots = new(MaxOutcomes);
    private readonly CancellationTokenSource _abort = new();
    private int _waiting;
    private Task _loop = Task.CompletedTask;

    /// <summary>False when so much is waiting that the caller should come back later.</summary>
    public bool TrySubmit(IGroupWrite write)
    {
        if (Interlocked.Increment(ref _waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            return false;
        }

        return _channel.Writer.TryWrite(new Counted(write, () => Interlocked.Decrement(ref _waiting)));
    }

    /// <summary>Waits for a place; returns when the write is in line, before it is committed.</summary>
    public async Task SubmitAsync(IGroupWrite write, CancellationToken cancellationToken)
    {
        await _outcomeSlots.WaitAsync(cancellationToken);
        if (!_channel.Writer.TryWrite(new Counted(write, () => _outcomeSlots.Release())))
        {
            throw new InvalidOperationException("An outcome came after the last commit.");
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = Task.Run(RunAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Commits what is in line, for as long as the host waits.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _channel.Writer.TryComplete();
        await using (cancellationToken.Register(_abort.Cancel))
        {
            await _loop;
        }
    }

    public void Dispose()
    {
        _abort.Dispose();
        _outcomeSlots.Dispose();
    }

    private async Task RunAsync()
    {
        var group = new List<IGroupWrite>(MaxGroup);
        while (await _channel.Reader.WaitToReadAsync())
        {
            while (group.Count < MaxGroup && _channel.Reader.TryRead(out var write))
            {
                group.Add(write);
            }

            await CommitAsync(group);
            group.Clear();
        }
    }

    /// <summary>When a group fails, its members are tried one by one, so that one cannot fail the others.</summary>
    private async Task CommitAsync(List<IGroupWrite> group)
    {
        var failure = await TryCommitAsync(group);
        if (failure is null)
        {
            return;
        }

        Log.GroupFailed(logger, failure, group.Count);
        foreach (var write in group)
        {
            await CommitAloneAsync(write, group.Count == 1 ? failure : null);
        }
    }

    private async Task CommitAloneAsync(IGroupWrite write, Exception? failure)
    {
        IReadOnlyList<IGroupWrite> alone = [write];
        while (true)
        {
            failure ??= await TryCommitAsync(alone);
            if (failure is null || !write.Failed(failure) || _abort.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(RetryDelay, time, CancellationToken.None);
            failure = null;
        }
    }

    private async Task<Exception?> TryCommitAsync(IReadOnlyList<IGroupWrite> group)
    {
        using var span = MailTraces.StartRoot("commit")?.SetTag("mailapi.commit.size", group.Count);
        var started = Stopwatch.GetTimestamp();
        try
        {
            await writer.TransactAsync(
                async session =>
                {
                    foreach (var write in group)
                    {
                        write.Claim(session);
                    }

                    await events.FlushAsync(session, _abort.Token);
                    foreach (var write in group)
                    {
                        write.Write(session);
                    }
                },
                _abort.Token);
        }
        catch (Exception exception) when (exception is DbException or IOException or TimeoutException or OperationCanceledException
            or InvalidOperationException or InvalidCastException)
        {
            MailMeter.Committed(group.Count, started, committed: false);
            span.Fail(exception.GetType().Name);
            return exception;
        }

        MailMeter.Committed(group.Count, started, committed: true);
        foreach (var write in group)
        {
            write.Committed();
        }

        return null;
    }

    /// <summary>A write that gives its place back when it is done with.</summary>
    private sealed class Counted(IGroupWrite write, Action release) : IGroupWrite
    {
        public void Claim(IStatements statements) => write.Claim(statements);

        public void Write(IStatements statements) => write.Write(statements);

        public void Committed()
        {
            release();
            write.Committed();
        }

        public bool Failed(Exception exception)
        {
            var again = write.Failed(exception);
            if (!again)
            {
                release();
            }

            return again;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "A group of {Count} writes was not committed; its members are tried one by one")]
        public static partial void GroupFailed(ILogger logger, Exception exception, int count);
    }
}
