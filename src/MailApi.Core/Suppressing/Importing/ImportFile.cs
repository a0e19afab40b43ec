using System.Globalization;
using System.Text;
using MailApi.Core.Domain;

namespace MailApi.Core.Suppressing.Importing;

/// <summary>
/// A file of addresses: the column <c>email</c>, and <c>reason</c> and <c>expires_at</c> where they are given; others, such
/// as an export has, are passed over. A file of addresses alone needs no header.
/// </summary>
public sealed class ImportFile
{
    private const string Email = "email";
    private readonly int _email;
    private readonly int _reason;
    private readonly int _expires;

    private ImportFile(IReadOnlyList<string> header, IReadOnlyList<CsvRecord> rows)
    {
        int Place(string name) => header.Select(h => h.Trim()).ToList().FindIndex(
            h => h.Equals(name, StringComparison.OrdinalIgnoreCase));

        _email = Place(Email);
        _reason = Place("reason");
        _expires = Place("expires_at");
        Rows = rows;
    }

    /// <summary>One per address.</summary>
    public IReadOnlyList<CsvRecord> Rows { get; }

    /// <summary>Null when there is no column of addresses.</summary>
    public static ImportFile? Read(ReadOnlySpan<byte> csv)
    {
        List<CsvRecord> records = [.. Csv.Read(Encoding.UTF8.GetString(csv))];
        if (records is [var first, ..] && first.Fields.Any(f => f.Trim().Equals(Email, StringComparison.OrdinalIgnoreCase)))
        {
            return new ImportFile(first.Fields, records[1..]);
        }

        return records is [{ Fields: [var address] }, ..] && address.Contains('@')
            ? new ImportFile([Email], records)
            : null;
    }

    /// <summary>The entry of a row, or what is wrong with it.</summary>
    public (Suppression? Entry, ImportFault? Fault) EntryOf(CsvRecord row, Id<Project> project, DateTimeOffset now)
    {
        if (!EmailAddress.TryParse(Field(row, _email), out var address, out var error))
        {
            return (null, new ImportFault(row.Line, "invalid_address", error));
        }

        if (Field(row, _reason) is not { Length: > 0 } reason)
        {
            reason = Names.Of(SuppressionReason.Manual);
        }

        if (!Names.TryParse<SuppressionReason>(reason, out var known))
        {
            return (null, new ImportFault(row.Line, "unknown_value", $"reason is one of {Names.All<SuppressionReason>()}."));
        }

        var end = Field(row, _expires);
        DateTimeOffset expires = default;
        if (end.Length > 0 && !DateTimeOffset.TryParse(
            end, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out expires))
        {
            return (null, new ImportFault(row.Line, "invalid_time", "expires_at is a time such as 2026-11-23T10:42:40Z."));
        }

        if (end.Length > 0 && expires <= now)
        {
            return (null, new ImportFault(row.Line, "in_the_past", "expires_at lies in the past."));
        }

        return (Entry(project, address, known, end.Length > 0 ? expires : null, now), null);
    }

    private static Suppression Entry(
        Id<Project> project, EmailAddress address, SuppressionReason reason, DateTimeOffset? expires, DateTimeOffset now) => new()
        {
            ProjectId = project,
            EmailKey = address.Key,
            Email = address.ToString(),
            Reason = reason,
            Source = "import",
            CreatedAt = now,
            ExpiresAt = expires,
        };

    private static string Field(CsvRecord row, int place) =>
        place >= 0 && place < row.Fields.Count ? row.Fields[place].Trim() : "";
}
