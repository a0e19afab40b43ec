using MailApi.Core.Bounces.Reports;
using MailApi.Core.Data;
using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Core.Feedback;

/// <summary>
/// Finds the message that a report is provably about. Everything in a report is the word of a stranger; a seal shows that
/// the stranger has had the message, and then news is believed of its recipients alone.
/// </summary>
public sealed class MatchReport(IDbContextFactory<MailDb> databases, MessageSeals seals)
{
    /// <summary>Null when nothing is proven, the message is gone, or it is another project's than the one asked for.</summary>
    public async Task<MatchedReport?> FindAsync(
        BounceReport report, Id<Project>? project, CancellationToken cancellationToken)
    {
        if (FindSeal(report.Original) is not { } found)
        {
            return null;
        }

        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var message = await db.Messages.AsNoTracking().SingleOrDefaultAsync(m => m.Id == found.Id, cancellationToken);
        if (message is null || (project is not null && message.ProjectId != project))
        {
            return null;
        }

        var recipients = await db.Recipients.AsNoTracking()
            .Where(r => r.MessageId == found.Id).OrderBy(r => r.Position).ToListAsync(cancellationToken);
        var matched = Match(report, recipients, found.Purpose);
        return matched.Count == 0 ? null : new MatchedReport(message, matched);
    }

    /// <summary>The return path that the report came to, then the one it quotes, then the Message-ID wherever it stands.</summary>
    private SealedId? FindSeal(OriginalMessage original)
    {
        string?[] places =
        [
            .. original.ReportSentTo, original.EnvelopeSender, original.MessageId, original.EnvelopeId,
            .. original.References, .. original.Headers.Values,
        ];
        foreach (var place in places)
        {
            if (SealReader.Find(seals, place) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static List<MatchedRecipient> Match(BounceReport report, List<Recipient> recipients, SealPurpose purpose)
    {
        var byKey = recipients.ToDictionary(r => r.EmailKey);
        var named = report.Recipients.Where(r => !IsRedacted(r.Email)).ToList();
        List<MatchedRecipient> matched =
        [
            .. from news in named
               let recipient = Find(byKey, news.Email) ?? Find(byKey, news.FinalEmail)
               where recipient is not null
               group new MatchedRecipient(recipient, news) by recipient.Position into same
               select same.First(),
        ];
        return matched.Count > 0 ? matched : MatchTheOnlyOne(report, recipients, named.Count, purpose);
    }

    /// <summary>
    /// A report that names none of ours speaks of the only recipient if it came by the return path, which a stranger has
    /// not seen: the mail was forwarded. Complaints leave recipients out, so there a Message-ID does.
    /// </summary>
    private static List<MatchedRecipient> MatchTheOnlyOne(
        BounceReport report, List<Recipient> recipients, int named, SealPurpose purpose)
    {
        var sent = recipients.Where(r => r.Status is not (RecipientStatus.Suppressed or RecipientStatus.Cancelled)).ToList();
        var speaksOfOne = purpose is SealPurpose.ReturnPath
            ? report.Recipients.Count <= 1
            : named == 0 && report.Kind is ReportKind.Complaint;
        if (sent is not [var only] || !speaksOfOne)
        {
            return [];
        }

        var news = report.Recipients is [var told, ..]
            ? told
            : new ReportedRecipient(report.Kind, only.Email, null, report.Verdict, null, null, null);
        return [new MatchedRecipient(only, news)];
    }

    private static Recipient? Find(Dictionary<string, Recipient> byKey, string? email) =>
        EmailAddress.TryParse(email, out var address, out _) ? byKey.GetValueOrDefault(address.Key) : null;

    /// <summary>Receivers that keep their users' addresses to themselves write such (RFC 6590).</summary>
    private static bool IsRedacted(string email) => email.Contains("redacted", StringComparison.OrdinalIgnoreCase);
}

/// <summary>A report and the message that it is about.</summary>
/// <param name="Message">As it was when it was found.</param>
/// <param name="Recipients">Those of the message that the report speaks of; at least one.</param>
public sealed record MatchedReport(Message Message, IReadOnlyList<MatchedRecipient> Recipients);

/// <summary>A recipient of the message, and what is told of it.</summary>
public sealed record MatchedRecipient(Recipient Recipient, ReportedRecipient News);
