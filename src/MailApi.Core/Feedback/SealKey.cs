using System.Security.Cryptography;
using System.Text;
using MailApi.Core.Data;
using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MailApi.Core.Feedback;

/// <summary>Finds the key that messages are sealed with: the configured one, or the one that the first start made.</summary>
public sealed class SealKey(IDbContextFactory<MailDb> databases, IOptions<BounceOptions> options, MessageSeals seals)
{
    private const int Bytes = 32;

    /// <summary>To be called once, when the schema is there and before anything is sent.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        if (options.Value.ReturnPathKey is { Length: > 0 } configured)
        {
            seals.UseKey(SHA256.HashData(Encoding.UTF8.GetBytes(configured)));
            return;
        }

        await using var db = await databases.CreateDbContextAsync(cancellationToken);

        // Of nodes that start together one makes it, and all read that one.
        var made = RandomNumberGenerator.GetBytes(Bytes);
        await db.Database.ExecuteSqlAsync(
            $"INSERT INTO secrets (name, value) VALUES ({Secret.MessageSeals}, {made}) ON CONFLICT (name) DO NOTHING",
            cancellationToken);
        seals.UseKey(await db.Secrets.Where(s => s.Name == Secret.MessageSeals)
            .Select(s => s.Value).SingleAsync(cancellationToken));
    }
}
