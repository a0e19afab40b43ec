namespace MailApi.Core.Domain;

/// <summary>The names of the events that can happen.</summary>
public static class EventTypes
{
    public const string MessageAccepted = "message.accepted";
    public const string MessageScheduled = "message.scheduled";
    public const string MessageCancelled = "message.cancelled";
    public const string MessageDelivered = "message.delivered";
    public const string MessageDeferred = "message.deferred";
    public const string MessageBounced = "message.bounced";
    public const string MessageFailed = "message.failed";
    public const string MessageSuppressed = "message.suppressed";
    public const string MessageComplained = "message.complained";
    public const string SuppressionCreated = "suppression.created";
    public const string SuppressionDeleted = "suppression.deleted";
    public const string WebhookDisabled = "webhook.disabled";

    /// <summary>Asked for by hand, for one endpoint, whatever it listens to.</summary>
    public const string WebhookTest = "webhook.test";

    public static IReadOnlyList<string> All { get; } =
    [
        MessageAccepted, MessageScheduled, MessageCancelled, MessageDelivered, MessageDeferred, MessageBounced,
        MessageFailed, MessageSuppressed, MessageComplained, SuppressionCreated, SuppressionDeleted, WebhookDisabled,
        WebhookTest,
    ];
}
