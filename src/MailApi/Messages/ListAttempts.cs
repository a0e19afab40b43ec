using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Messages;

/// <summary>A reply as it was received.</summary>
/// <param name="Code">The three digits (RFC 5321 §4.2); null when no reply came.</param>
/// <param name="EnhancedCode">The enhanced status code (RFC 3463), if the reply had one.</param>
/// <param name="Response">The line, or a sentence of the service when no reply came.</param>
public sealed record SmtpResponse(int? Code, string? EnhancedCode, string? Response);

/// <summary>How an attempt ended for those recipients that got the same answer.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Number">Counts from 1 per message.</param>
/// <param name="Recipients">The addresses it speaks of.</param>
/// <param name="Outcome"><c>delivered</c>, <c>deferred</c>, <c>bounced</c>, <c>complained</c>, or <c>interrupted</c>: the
/// process ended before the outcome was recorded, so there may be an extra copy.</param>
/// <param name="StartedAt">Before the connection was asked for.</param>
/// <param name="FinishedAt">After the reply, or when it was given up.</param>
/// <param name="Relay">Its name in the configuration; <c>report</c> for what came back later.</param>
/// <param name="Host">The host that was dialled, or the way by which the report came.</param>
/// <param name="Ip">The address the connection went to.</param>
/// <param name="Tls">The version of TLS; null in clear.</param>
/// <param name="Smtp">What the server said.</param>
public sealed record AttemptResponse(
    Id<Attempt> Id,
    int Number,
    IReadOnlyList<string> Recipients,
    string Outcome,
    DateTimeOffset StartedAt,
    DateTimeOffset FinishedAt,
    string? Relay,
    string? Host,
    string? Ip,
    string? Tls,
    SmtpResponse Smtp);

/// <summary>Every attempt to deliver a message, oldest first.</summary>
internal static class ListAttempts
{
    public static async Task<Results<Ok<ListResponse<AttemptResponse>>, ProblemHttpResult>> HandleAsync(
        Id<Message> id, ApiCaller caller, MailDb db, CancellationToken cancellationToken)
    {
        if (!await db.HasMessageAsync(caller.ProjectId, id, cancellationToken))
        {
            return Problems.NotFound("message");
        }

        var attempts = await db.Attempts.AsNoTracking()
            .Where(a => a.MessageId == id).OrderBy(a => a.Number).ThenBy(a => a.Id).ToListAsync(cancellationToken);
        return TypedResults.Ok(new ListResponse<AttemptResponse>([.. attempts.Select(Of)], false, null));
    }

    private static AttemptResponse Of(Attempt a) => new(
        a.Id, a.Number, a.Recipients, Names.Of(a.Outcome), a.StartedAt, a.FinishedAt, a.Relay, a.Host, a.Ip, a.Tls,
        new SmtpResponse(a.SmtpCode, a.EnhancedCode, a.Response));
}
