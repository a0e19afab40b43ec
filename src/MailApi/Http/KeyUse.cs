using System.Collections.Concurrent;
using System.Data.Common;
using MailApi.Core.Data;
using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Http;

/// <summary>Remembers when keys were last used, and writes it down once a minute.</summary>
internal sealed partial class KeyUse(IDbContextFactory<MailDb> databases, TimeProvider time, ILogger<KeyUse> logger)
    : BackgroundService
{
    private static readonly TimeSpan WriteEvery = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<Id<ApiKey>, DateTimeOffset> _used = new();

    public void Note(Id<ApiKey> id, DateTimeOffset now) => _used[id] = now;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(WriteEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await WriteAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is DbException or TimeoutException)
            {
                Log.NotWritten(logger, exception);
            }
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        foreach (var id in _used.Keys)
        {
            if (_used.TryRemove(id, out var at))
            {
                await db.ApiKeys.Where(k => k.Id == id)
                    .ExecuteUpdateAsync(k => k.SetProperty(p => p.LastUsedAt, at), cancellationToken);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "When keys were last used could not be written down")]
        public static partial void NotWritten(ILogger logger, Exception exception);
    }
}
