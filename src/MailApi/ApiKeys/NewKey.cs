using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Hosting;
using Microsoft.EntityFrameworkCore;

namespace MailApi.ApiKeys;

/// <summary>Makes keys, and the very first one.</summary>
internal static class NewKey
{
    public const string BootstrapSetting = "Bootstrap:ApiKey";

    public static (ApiKey Key, KeySecret Secret) Make(
        Id<Project> project, string name, IReadOnlyList<string> scopes, bool sandbox, DateTimeOffset now)
    {
        var secret = KeySecret.New(Id<ApiKey>.New(now), sandbox);
        return (Of(secret, project, name, scopes, now), secret);
    }

    /// <summary>
    /// While no key exists: makes the admin key that <c>Bootstrap:ApiKey</c> names, or a new one, which is returned to be
    /// shown once.
    /// </summary>
    public static async Task<KeySecret?> EnsureKeyAsync(this IServiceProvider services, IConfiguration configuration)
    {
        KeySecret? given = configuration[BootstrapSetting] is { Length: > 0 } text ? Read(text) : null;
        await using var db = await services.GetRequiredService<IDbContextFactory<MailDb>>().CreateDbContextAsync();
        if (await db.ApiKeys.AnyAsync())
        {
            return null;
        }

        await using var transaction = await db.Database.BeginTransactionAsync();
        if (db.Provider == DatabaseProvider.Postgres)
        {
            // Of nodes that start together one makes it; the others wait, and find it.
            await db.Database.ExecuteSqlRawAsync("LOCK TABLE api_keys IN SHARE ROW EXCLUSIVE MODE");
            if (await db.ApiKeys.AnyAsync())
            {
                return null;
            }
        }

        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var project = await db.Projects.OrderBy(p => p.Id).FirstOrDefaultAsync()
            ?? db.Projects.Add(new Project { Id = Id<Project>.New(now), Name = "default", CreatedAt = now }).Entity;
        var secret = given ?? KeySecret.New(Id<ApiKey>.New(now), sandbox: false);
        db.ApiKeys.Add(Of(secret, project.Id, "first admin key", [Scopes.Admin], now));
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        return given is null ? secret : null;
    }

    private static KeySecret Read(string text) => KeySecret.TryParse(text, out var key) && !key.Sandbox
        ? key
        : throw new ConfigurationException(
            $"{BootstrapSetting} must be a live key: mk_live_, 26 characters, an underscore and 52 characters of 0-9 and a-z without i, l, o, u.");

    private static ApiKey Of(
        KeySecret secret, Id<Project> project, string name, IReadOnlyList<string> scopes, DateTimeOffset now) => new()
        {
            Id = secret.Id,
            ProjectId = project,
            Name = name,
            SecretHash = secret.Hash(),
            Scopes = scopes,
            Sandbox = secret.Sandbox,
            CreatedAt = now,
        };
}
