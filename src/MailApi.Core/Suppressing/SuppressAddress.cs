using MailApi.Core.Data.Events;
using MailApi.Core.Data.Writing;
using MailApi.Core.Domain;
using Microsoft.Extensions.Options;

namespace MailApi.Core.Suppressing;

/// <summary>What became of a message that may put its recipient on the list.</summary>
internal sealed record SuppressionCause(
    Id<Project> ProjectId, Id<Message> MessageId, EmailAddress Address, string Source, DateTimeOffset At);

/// <summary>
/// Puts recipients on the list for what became of a message, with the event, within the transaction that records it.
/// An entry that weighs more, or as much and for longer, stays as it is.
/// </summary>
public sealed class SuppressAddress(EventLog events, IOptions<SuppressionOptions> options)
{
    private readonly SoftBounceOptions _soft = options.Value.SoftBounces;

    /// <summary>
    /// True for a soft bounce that says something of the mailbox. That we send too fast, that this message is too large, or
    /// that our own network fails, does not.
    /// </summary>
    public static bool CountsAgainstMailbox(Bounce bounce) => bounce is
    {
        Class: BounceClass.Soft,
        Category: BounceCategory.MailboxFull or BounceCategory.InvalidRecipient or BounceCategory.InactiveRecipient
            or BounceCategory.InvalidDomain or BounceCategory.Expired or BounceCategory.Other,
    };

    /// <summary>Acts on the verdict by which a recipient has reached its end.</summary>
    internal void Judge(IStatements statements, SuppressionCause cause, Bounce bounce)
    {
        if (bounce is { Class: BounceClass.Hard, Category: not BounceCategory.Infrastructure })
        {
            Add(statements, cause, SuppressionReason.HardBounce);
        }
        else if (CountsAgainstMailbox(bounce))
        {
            AddIfSoftBouncesRepeat(statements, cause);
        }
    }

    /// <summary>Suppresses the address for good.</summary>
    internal void Add(IStatements statements, SuppressionCause cause, SuppressionReason reason)
    {
        statements.Add(
            SuppressionStatements.Add, cause.ProjectId.Value, cause.Address.Key, cause.Address.ToString(), Names.Of(reason),
            cause.Source, cause.MessageId.Value, cause.At);
        Record(statements, cause, reason);
    }

    /// <summary>
    /// Suppresses the address for a time if enough messages in a row have come to this; the last one's recipient has just
    /// been written.
    /// </summary>
    private void AddIfSoftBouncesRepeat(IStatements statements, SuppressionCause cause)
    {
        if (_soft.Threshold == 0)
        {
            return;
        }

        statements.Add(
            SuppressionStatements.AddIfSoftBouncesRepeat, cause.ProjectId.Value, cause.Address.Key, cause.Address.ToString(),
            Names.Of(SuppressionReason.SoftBounce), cause.Source, cause.MessageId.Value, cause.At, cause.At + _soft.Lasts,
            Id<Message>.LeastAt(cause.At - _soft.Within).Value, _soft.Threshold);
        Record(statements, cause, SuppressionReason.SoftBounce);
    }

    private void Record(IStatements statements, SuppressionCause cause, SuppressionReason reason) => events.RecordSuppression(
        statements,
        new NewEvent(cause.ProjectId, EventTypes.SuppressionCreated, cause.At)
        {
            Recipient = cause.Address.ToString(),
            RecipientKey = cause.Address.Key,
            Details = new EventDetails { Reason = Names.Of(reason), Source = cause.Source },
        },
        cause.MessageId);
}
