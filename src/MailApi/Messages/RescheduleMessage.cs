using FluentValidation;
using MailApi.Core.Accepting;
using MailApi.Core.Data;
using MailApi.Core.Domain;
using MailApi.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace MailApi.Messages;

/// <summary>When a scheduled message is to be sent instead.</summary>
public sealed record RescheduleMessageRequest(DateTimeOffset SendAt);

internal sealed class RescheduleMessageRequestValidator : AbstractValidator<RescheduleMessageRequest>
{
    public RescheduleMessageRequestValidator(IOptions<MessageLimits> limits, TimeProvider time) => RuleFor(r => r.SendAt)
        .Must(t => t <= time.GetUtcNow() + limits.Value.SendAtAhead)
        .WithErrorCode("too_far_ahead").WithMessage($"send_at lies at most {limits.Value.SendAtAhead.TotalDays:0} days ahead.")
        .Must(t => t >= time.GetUtcNow() - TimeSpan.FromSeconds(60))
        .WithErrorCode("in_the_past").WithMessage("send_at lies in the past; give a time to come, or now.");
}

/// <summary>Moves a message that is still waiting for its time.</summary>
internal static class RescheduleMessage
{
    public static async Task<Results<Ok<MessageResponse>, ProblemHttpResult>> HandleAsync(
        Id<Message> id, RescheduleMessageRequest request, ApiCaller caller, MailDb db, ScheduledMessages scheduled,
        ServiceHeaders headers, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!await db.HasMessageAsync(caller.ProjectId, id, cancellationToken))
        {
            return Problems.NotFound("message");
        }

        if (!await scheduled.RescheduleAsync(id, request.SendAt.ToUniversalTime(), cancellationToken))
        {
            return Problems.Conflict("not_scheduled", "Only a message that is still scheduled can be moved to another time.");
        }

        return await GetMessage.HandleAsync(id, caller, db, headers, time, cancellationToken);
    }
}
