using System.Collections.Frozen;
using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Core.Data.Events;

/// <summary>
/// The enabled endpoints of all projects, in memory: most events have nobody to be told to, and that must cost nothing.
/// A revision number read in the transaction itself tells whether they are still current.
/// </summary>
public sealed class Listeners(IDbContextFactory<MailDb> databases)
{
    private FrozenDictionary<Id<Project>, Listener[]> _byProject = FrozenDictionary<Id<Project>, Listener[]>.Empty;
    private long _revision = -1;

    /// <summary>The endpoints that listen to an event.</summary>
    internal IEnumerable<Id<Webhook>> To(NewEvent e) => _byProject.TryGetValue(e.ProjectId, out var listeners)
        ? listeners.Where(l => l.Hears(e)).Select(l => l.Id)
        : [];

    /// <summary>Looks again when the endpoints have changed since.</summary>
    internal async ValueTask BringToAsync(long revision, CancellationToken cancellationToken)
    {
        if (revision == _revision)
        {
            return;
        }

        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var rows = await db.Webhooks.AsNoTracking().Where(w => w.Enabled)
            .Select(w => new { w.ProjectId, w.Id, w.Events, w.Tags }).ToListAsync(cancellationToken);
        _byProject = rows.GroupBy(r => r.ProjectId).ToFrozenDictionary(
            g => g.Key, g => g.Select(r => new Listener(r.Id, r.Events, r.Tags)).ToArray());
        _revision = revision;
    }

    private sealed record Listener(Id<Webhook> Id, IReadOnlyList<string> Events, IReadOnlyList<string> Tags)
    {
        public bool Hears(NewEvent e) =>
            EventPattern.MatchesAny(Events, e.Type) && (Tags.Count == 0 || e.Tags.Any(Tags.Contains));
    }
}
