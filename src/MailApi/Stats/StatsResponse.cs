using System.Text.Json.Serialization;
using MailApi.Core.Stats;

namespace MailApi.Stats;

/// <summary>What happened in a range of time.</summary>
/// <param name="Since">The start of the first interval.</param>
/// <param name="Until">The end of the last one.</param>
/// <param name="Interval"><c>hour</c> or <c>day</c>, in UTC.</param>
/// <param name="GroupBy"><c>tag</c>, <c>template</c>, <c>domain</c> or <c>relay</c>; null when not grouped.</param>
/// <param name="AsOf">Everything that was recorded before this time is counted.</param>
/// <param name="Data">The rows, by start and group.</param>
/// <param name="HasMore">True when another page follows.</param>
/// <param name="NextCursor">Asks for what follows.</param>
public sealed record StatsResponse(
    DateTimeOffset Since,
    DateTimeOffset Until,
    string Interval,
    string? GroupBy,
    DateTimeOffset AsOf,
    IReadOnlyList<StatsRowResponse> Data,
    bool HasMore,
    string? NextCursor);

/// <summary>What happened in one interval, in one group.</summary>
/// <param name="Start">When the interval starts.</param>
/// <param name="Group">The tag, the template's id, the recipient's domain or the relay; null for what has none.</param>
/// <param name="Slug">Of the template, while it exists.</param>
/// <param name="Accepted">Messages that were accepted.</param>
/// <param name="Recipients">Recipients of the accepted messages, the suppressed ones included.</param>
/// <param name="Delivered">Recipients whose server took the message.</param>
/// <param name="Deferred">Attempts after which another one was due, per recipient.</param>
/// <param name="Bounced">Recipients that were refused for good.</param>
/// <param name="BouncedByClass">The same by the class of the refusal.</param>
/// <param name="Failed">Recipients that were given up.</param>
/// <param name="Suppressed">Recipients that were not written to because of the suppression list.</param>
/// <param name="Complained">Recipients that complained.</param>
public sealed record StatsRowResponse(
    DateTimeOffset Start,
    string? Group,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Slug,
    long Accepted,
    long Recipients,
    long Delivered,
    long Deferred,
    long Bounced,
    BounceCountsResponse BouncedByClass,
    long Failed,
    long Suppressed,
    long Complained)
{
    internal static StatsRowResponse Of(StatRow row, int hoursPerInterval, IReadOnlyDictionary<string, string> slugs)
    {
        var c = row.Counts;
        return new StatsRowResponse(
            DateTimeOffset.UnixEpoch.AddHours((double)row.Place.Interval * hoursPerInterval),
            row.Place.Key.Length > 0 ? row.Place.Key : null, slugs.GetValueOrDefault(row.Place.Key),
            c.Accepted, c.Recipients, c.Delivered, c.Deferred,
            c.BouncedHard + c.BouncedBlock + c.BouncedSoft + c.BouncedUndetermined,
            new BounceCountsResponse(c.BouncedHard, c.BouncedBlock, c.BouncedSoft, c.BouncedUndetermined),
            c.Failed, c.Suppressed, c.Complained);
    }
}

/// <summary>Refusals by their class.</summary>
/// <param name="Hard">The address is dead.</param>
/// <param name="Block">Refused, and not for the address.</param>
/// <param name="Soft">Temporary, and given up.</param>
/// <param name="Undetermined">Nobody knows.</param>
public sealed record BounceCountsResponse(long Hard, long Block, long Soft, long Undetermined);
