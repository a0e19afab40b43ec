using MailApi.Core.Bounces.Replies;

namespace MailApi.Core.Bounces.Reports.Forms;

/// <summary>
/// One recipient's fields of a delivery status (RFC 3464 §2.3). Email is the address we sent to, else the one that
/// failed; null when neither is a mail address.
/// </summary>
internal sealed record StatusEntry(
    string? Email, string? FinalEmail, string Action, string? Status, string? Diagnostic);

/// <summary>Reads the machine-readable part of a delivery status notification, and what takes its place in plain text.</summary>
internal static class DeliveryStatus
{
    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        "Final-Recipient", "Original-Recipient", "X-Actual-Recipient", "Action", "Status", "Diagnostic-Code", "Remote-MTA",
        "Reporting-MTA", "Received-From-MTA", "Arrival-Date", "Last-Attempt-Date", "Will-Retry-Until", "Original-Envelope-Id",
        "X-Postfix-Queue-ID", "X-Postfix-Sender", "Final-Log-ID", "DSN-Gateway", "X-Display-Name", "X-Supplementary-Info",
    };

    public static List<StatusEntry> Read(IEnumerable<string> statuses, out string? envelopeId)
    {
        var groups = Merge(statuses.SelectMany(Fields.ParseGroups));
        envelopeId = groups.Select(g => g.First("Original-Envelope-Id")).FirstOrDefault(id => id is not null);
        return [.. groups.Where(HasRecipient).Select(EntryOf).Take(ReportReader.MaxRecipients)];
    }

    /// <summary>The status fields that stand in a text for people, as a text of their own; null when there are none.</summary>
    public static string? InText(string text)
    {
        if (!text.Contains("-Recipient:", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var kept = new List<string>();
        var isStatus = false;
        foreach (var line in text.Split('\n'))
        {
            // Somebody who passes a report on may quote it.
            var trimmed = line.AsSpan().TrimStart("> ").Trim().ToString();
            var isName = Fields.IsField(trimmed, out var colon) && Names.Contains(trimmed[..colon].TrimEnd());
            var isContinuation = isStatus && line.Length > 0 && line[0] is ' ' or '\t' && !Fields.IsField(trimmed, out _);
            isStatus = isName || isContinuation || (isStatus && trimmed.Length == 0);
            if (isStatus)
            {
                kept.Add(isName ? trimmed : isContinuation ? $" {trimmed}" : "");
            }
        }

        return string.Join('\n', kept);
    }

    /// <summary>Blank lines in the wrong places are common: a group without a recipient belongs to the one before it.</summary>
    private static List<Fields> Merge(IEnumerable<Fields> groups)
    {
        var merged = new List<Fields>();
        foreach (var group in groups.SelectMany(SplitAtRecipients))
        {
            if (merged.Count > 0 && !HasRecipient(group) && (HasRecipient(merged[^1]) || !group.Has("Reporting-MTA")))
            {
                CopyNew(group, merged[^1]);
            }
            else if (merged.Count == 1 && !HasRecipient(merged[0]) && merged[0].Has("Action"))
            {
                CopyNew(group, merged[0]);
            }
            else
            {
                merged.Add(group);
            }
        }

        return merged;
    }

    private static void CopyNew(Fields from, Fields to)
    {
        foreach (var (name, value) in from.Entries)
        {
            if (!to.Has(name))
            {
                to.Add(name, value);
            }
        }
    }

    /// <summary>A second Final-Recipient begins another recipient even without the blank line.</summary>
    private static IEnumerable<Fields> SplitAtRecipients(Fields group)
    {
        if (group.All("Final-Recipient").Skip(1).FirstOrDefault() is null)
        {
            return [group];
        }

        var parts = new List<Fields> { new() };
        var first = group.Entries.First(e => IsRecipientField(e.Key)).Key;
        foreach (var (name, value) in group.Entries)
        {
            if (name.Equals(first, StringComparison.OrdinalIgnoreCase) && parts[^1].Has(first))
            {
                parts.Add(new Fields());
            }

            parts[^1].Add(name, value);
        }

        return parts;
    }

    private static bool IsRecipientField(string name) =>
        name.Equals("Final-Recipient", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Original-Recipient", StringComparison.OrdinalIgnoreCase);

    private static bool HasRecipient(Fields group) => group.Has("Final-Recipient") || group.Has("Original-Recipient");

    private static StatusEntry EntryOf(Fields group)
    {
        var original = AddressOf(group.First("Original-Recipient"));
        var final = AddressOf(group.First("Final-Recipient"));
        var other = AddressOf(group.First("X-Actual-Recipient"));
        var email = original ?? final ?? other;
        var failed = final ?? other;
        return new StatusEntry(
            email,
            string.Equals(failed, email, StringComparison.OrdinalIgnoreCase) ? null : failed,
            (group.First("Action") ?? "").Split(' ', ';', '(')[0].Trim().ToLowerInvariant(),
            StatusOf(group.First("Status")),
            WithoutType(group.First("Diagnostic-Code")));
    }

    private static string? StatusOf(string? status) =>
        status is not null && EnhancedStatusCode.TryFind(status, out var code) ? code : null;

    /// <summary>The address after <c>rfc822;</c>, <c>utf-8;</c> (RFC 6533 §3, with its escapes) or no type at all.</summary>
    private static string? AddressOf(string? value)
    {
        if (value is null)
        {
            return null;
        }

        var semicolon = value.IndexOf(';', StringComparison.Ordinal);
        var type = semicolon < 0 ? "" : value[..semicolon].Trim();
        var text = semicolon < 0 ? value : value[(semicolon + 1)..];
        if (type.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        {
            text = XText.DecodeUnicode(text);
        }
        else if (text.Contains("+40", StringComparison.Ordinal) && !text.Contains('@', StringComparison.Ordinal))
        {
            text = XText.Decode(text);
        }

        var found = AddressScanner.FindAll(text);
        return found.Count == 0 ? null : text.Substring(found[^1].Start, found[^1].Length);
    }

    private static string? WithoutType(string? diagnostic)
    {
        if (string.IsNullOrWhiteSpace(diagnostic))
        {
            return null;
        }

        var semicolon = diagnostic.IndexOf(';', StringComparison.Ordinal);
        var isType = semicolon is > 0 and < 24 && diagnostic.AsSpan(0, semicolon).Trim().IndexOf(' ') < 0;
        return isType ? diagnostic[(semicolon + 1)..].Trim() : diagnostic.Trim();
    }
}
