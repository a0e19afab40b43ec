using System.CommandLine;
using MailApi.ApiKeys;
using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Hosting;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Cli;

/// <summary>Keys from the machine itself, for who has lost the last one. Works beside a running server.</summary>
internal static class KeysCommand
{
    public static Command Make() => new("keys", "Make, list and revoke API keys.") { Create(), List(), Revoke() };

    private static Command Create()
    {
        var name = new Option<string>("--name") { Description = "For people.", Required = true };
        var scopes = new Option<string>("--scopes")
        {
            Description = $"Separated by commas: {string.Join(", ", Scopes.All)}.",
            DefaultValueFactory = _ => Scopes.Send,
        };
        var project = new Option<string?>("--project") { Description = "Default: the oldest project." };
        var sandbox = new Option<bool>("--sandbox") { Description = "No message sent with it leaves the service." };
        var expires = new Option<DateTimeOffset?>("--expires") { Description = "When it ends (RFC 3339)." };
        var command = new Command("create", "Make a key and show it once.") { name, scopes, project, sandbox, expires };
        command.SetAction((result, cancellationToken) => WithDatabaseAsync(
            (db, time) => CreateAsync(
                db, result.GetRequiredValue(name), result.GetRequiredValue(scopes), result.GetValue(project),
                result.GetValue(sandbox), result.GetValue(expires), time.GetUtcNow(), cancellationToken)));
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "List all keys, without their secrets.");
        command.SetAction((_, cancellationToken) => WithDatabaseAsync(async (db, _) =>
        {
            foreach (var key in await db.ApiKeys.AsNoTracking().OrderBy(k => k.Id).ToListAsync(cancellationToken))
            {
                Console.WriteLine(
                    $"{key.Id}  {KeySecret.Prefix(key.Id, key.Sandbox)}  {key.ProjectId}  {string.Join(',', key.Scopes)}  {key.Name}");
            }

            return 0;
        }));
        return command;
    }

    private static Command Revoke()
    {
        var id = new Argument<string>("id") { Description = "key_…" };
        var command = new Command("revoke", "Revoke a key; running nodes notice within 2 seconds.") { id };
        command.SetAction((result, cancellationToken) => WithDatabaseAsync(async (db, _) =>
            Id<ApiKey>.TryParse(result.GetRequiredValue(id), null, out var key)
                && await db.ApiKeys.Where(k => k.Id == key).ExecuteDeleteAsync(cancellationToken) > 0
                ? 0
                : CommandLine.Fail("there is no such key; 'keys list' shows all.")));
        return command;
    }

    private static async Task<int> CreateAsync(
        MailDb db, string name, string scopes, string? project, bool sandbox, DateTimeOffset? expires, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var wanted = scopes.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (wanted.Length == 0 || !wanted.All(Scopes.All.Contains))
        {
            return CommandLine.Fail($"scopes are one or more of {string.Join(", ", Scopes.All)}.");
        }

        var projects = db.Projects.OrderBy(p => p.Id);
        var owner = Id<Project>.TryParse(project, null, out var id)
            ? await projects.FirstOrDefaultAsync(p => p.Id == id, cancellationToken)
            : project is null ? await projects.FirstOrDefaultAsync(cancellationToken) : null;
        if (owner is null)
        {
            return CommandLine.Fail("there is no such project; start the service once to make the first.");
        }

        var (key, secret) = NewKey.Make(owner.Id, name, wanted, sandbox, now);
        key.ExpiresAt = expires?.ToUniversalTime();
        db.ApiKeys.Add(key);
        await db.SaveChangesAsync(cancellationToken);
        Console.WriteLine(secret);
        return 0;
    }

    private static async Task<int> WithDatabaseAsync(Func<MailDb, TimeProvider, Task<int>> work)
    {
        await using var app = Server.Build([]);
        await using var db = await app.Services.GetRequiredService<IDbContextFactory<MailDb>>().CreateDbContextAsync();
        return await work(db, app.Services.GetRequiredService<TimeProvider>());
    }
}
