using MailApi.Core.Data;
using MailApi.Core.Data.Events;
using MailApi.Core.Data.Writing;
using MailApi.Core.Domain;
using MailApi.Core.Suppressing;

namespace MailApi.Core.Feedback;

/// <summary>
/// Writes late news: statuses, events, attempt entries, suppressions and the end of a delivery, in one transaction that
/// holds the message. Where its recipients stand decides what is new, so a report that comes again changes nothing,
/// whichever node it comes to.
/// </summary>
public sealed class RecordReport(Writer writer, EventLog events, SuppressAddress suppress, TimeProvider time)
{
    private const string Source = "report";

    /// <summary>Returns what was new. <paramref name="way"/> is the way the report came, for the log.</summary>
    internal async Task<IReadOnlyList<RecordedNews>> RunAsync(
        MatchedReport report, string way, CancellationToken cancellationToken)
    {
        List<LateNews> news = [];
        await writer.TransactAsync(
            async session =>
            {
                var (message, _) = report;
                var queue = session.Add(FeedbackStatements.LockDelivery, message.Id.Value);
                var status = session.Add(FeedbackStatements.LockMessage, message.Id.Value);
                var recipients = session.Add(FeedbackStatements.FindRecipients, message.Id.Value);
                var delays = session.Add(FeedbackStatements.FindDelays, message.Id.Value);
                var attempt = session.Add(FeedbackStatements.FindAttempt, message.Id.Value);
                await events.FlushAsync(session, cancellationToken);
                if (status.Rows is not [string known])
                {
                    // Forgotten in the meantime.
                    return;
                }

                var standing = Standing(recipients);
                var delayed = delays.Rows.Cast<string>().ToHashSet();
                news =
                [
                    .. report.Recipients.Select(r => LateNews.Of(r, standing[r.Recipient.Position])).OfType<LateNews>()
                        .Where(n => n.Status is not null || !delayed.Contains(JsonColumn.Write([n.Recipient.Email]))),
                ];
                foreach (var moved in news.Where(n => n.Status is not null))
                {
                    standing[moved.Recipient.Position] = moved.Status!.Value;
                }

                var ends = queue.Rows is ["free"] && !standing.Values.Any(Recipient.Open.Contains);
                var number = attempt.Rows is [var latest] ? Convert.ToInt32(latest, System.Globalization.CultureInfo.InvariantCulture) : 1;
                Write(session, message, ends ? Names.Of(MessageStatus.Completed) : known, news, new Telling(way, number, time.GetUtcNow()));
                if (ends)
                {
                    session.Add(FeedbackStatements.EndDelivery, message.Id.Value);
                }
            },
            cancellationToken);
        return [.. news.Where(n => n.Status is not null).Select(n => new RecordedNews(n.Recipient.Email, n.Status!.Value))];
    }

    private static Dictionary<int, RecipientStatus> Standing(Ticket recipients) =>
        recipients.Rows.Cast<string>().Select(r => r.Split(':')).ToDictionary(
            r => int.Parse(r[0], System.Globalization.CultureInfo.InvariantCulture), r => Names.Parse<RecipientStatus>(r[1]));

    private void Write(WriteSession session, Message message, string status, List<LateNews> news, Telling telling)
    {
        if (news.Count == 0)
        {
            return;
        }

        var moves = news.Count(n => n.Status is not null);
        session.Add(FeedbackStatements.UpdateMessage, message.Id.Value, status, moves);
        foreach (var one in news)
        {
            InsertAttempt(session, message, one, telling);
            if (one.Status is not null)
            {
                Move(session, message, one, telling, --moves);
            }
        }
    }

    private void Move(WriteSession session, Message message, LateNews news, Telling telling, int stepsBack)
    {
        var (recipient, bounce) = (news.Recipient, news.Bounce);
        session.Add(
            FeedbackStatements.UpdateRecipient, message.Id.Value, recipient.Position, Names.Of(news.Status!.Value), news.Reason,
            bounce is { } soft && SuppressAddress.CountsAgainstMailbox(soft));
        events.Record(session, new NewEvent(message.ProjectId, TypeOf(news), telling.At)
        {
            MessageId = message.Id,
            Tags = message.Tags,
            Metadata = message.Metadata,
            StepsBack = stepsBack,
            Recipient = recipient.Email,
            RecipientKey = recipient.EmailKey,
            Attempt = telling.Attempt,
            Details = Details(news, telling.Way),
        });

        // What happens in the sandbox says nothing of the address.
        if (!message.Sandbox && EmailAddress.TryParse(recipient.Email, out var address, out _))
        {
            var cause = new SuppressionCause(message.ProjectId, message.Id, address, Source, telling.At);
            if (bounce is { } verdict)
            {
                suppress.Judge(session, cause, verdict);
            }
            else
            {
                suppress.Add(session, cause, SuppressionReason.Complaint);
            }
        }
    }

    private static void InsertAttempt(WriteSession session, Message message, LateNews news, Telling telling)
    {
        var outcome = news.Status switch
        {
            RecipientStatus.Bounced => AttemptOutcome.Bounced,
            RecipientStatus.Complained => AttemptOutcome.Complained,
            _ => AttemptOutcome.Deferred,
        };
        session.Add(
            FeedbackStatements.InsertAttempt, UuidV7.Create(telling.At), message.Id.Value, telling.Attempt, Names.Of(outcome),
            JsonColumn.Write([news.Recipient.Email]), telling.At, telling.Way, news.Told.Code, news.Told.EnhancedCode,
            news.Told.Diagnostic);
    }

    private static string TypeOf(LateNews news) =>
        news.Status is RecipientStatus.Complained ? EventTypes.MessageComplained : EventTypes.MessageBounced;

    private static EventDetails Details(LateNews news, string way) => new()
    {
        Bounce = news.Bounce is { } bounce ? new BounceDetails(Names.Of(bounce.Class), Names.Of(bounce.Category), Source) : null,
        Smtp = news.Bounce is null || news.Told is { Code: null, EnhancedCode: null, Diagnostic: null }
            ? null
            : new SmtpDetails(news.Told.Code, news.Told.EnhancedCode, news.Told.Diagnostic, null, null),
        Reason = news.Bounce is null ? news.Told.Diagnostic : null,
        Source = way,
    };

    /// <summary>By which way, about which attempt, and when.</summary>
    private sealed record Telling(string Way, int Attempt, DateTimeOffset At);
}
