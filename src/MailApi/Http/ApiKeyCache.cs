using System.Collections.Concurrent;
using System.Security.Cryptography;
using MailApi.Core.Data;
using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Http;

/// <summary>
/// Checks keys against the database, remembering each for at most two seconds: so long another node may still take a key
/// that has been revoked.
/// </summary>
internal sealed class ApiKeyCache(IDbContextFactory<MailDb> databases, TimeProvider time)
{
    private const int MaxEntries = 10_000;
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(2);
    private static readonly byte[] NoHash = new byte[SHA256.HashSizeInBytes];

    private readonly ConcurrentDictionary<Id<ApiKey>, (ApiKey? Key, DateTimeOffset Until)> _entries = new();

    /// <summary>The key whose secret this is; null when there is none. Unknown ids take as long as wrong secrets.</summary>
    public async ValueTask<ApiKey?> FindAsync(KeySecret given, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (!_entries.TryGetValue(given.Id, out var entry) || entry.Until <= now)
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            entry = (await db.ApiKeys.AsNoTracking().SingleOrDefaultAsync(k => k.Id == given.Id, cancellationToken), now + Lifetime);
            if (_entries.Count >= MaxEntries)
            {
                _entries.Clear();
            }

            _entries[given.Id] = entry;
        }

        var hash = given.Hash();
        var key = entry.Key;
        var current = CryptographicOperations.FixedTimeEquals(hash, key?.SecretHash ?? NoHash);
        var previous = CryptographicOperations.FixedTimeEquals(hash, key?.PreviousSecretHash ?? NoHash)
            && key?.PreviousValidUntil > now;
        return key is not null && key.Sandbox == given.Sandbox && (current || previous) ? key : null;
    }

    /// <summary>The key has changed: look it up again.</summary>
    public void Forget(Id<ApiKey> id) => _entries.TryRemove(id, out _);
}
