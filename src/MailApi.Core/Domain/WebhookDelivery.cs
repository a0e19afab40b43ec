namespace MailApi.Core.Domain;

/// <summary>One event to be told to one endpoint. The row is the schedule, as it is for mail.</summary>
public sealed class WebhookDelivery : IIdentified
{
    public static string IdPrefix => "whd";

    public required Id<WebhookDelivery> Id { get; init; }

    public required Id<Webhook> WebhookId { get; init; }

    public required Id<Project> ProjectId { get; init; }

    public required Id<Event> EventId { get; init; }

    public required string EventType { get; init; }

    public required WebhookDeliveryStatus Status { get; set; }

    /// <summary>When the next request may start.</summary>
    public required DateTimeOffset DueAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Requests begun so far.</summary>
    public required int Attempt { get; set; }

    /// <summary>What became of each, oldest first.</summary>
    public IReadOnlyList<WebhookAttempt> Attempts { get; set; } = [];

    /// <summary>The replay that asked for it.</summary>
    public Id<WebhookReplay>? ReplayId { get; init; }

    /// <summary>The node that is working on it; its lease lasts as long as the node is alive.</summary>
    public Guid? LeaseOwner { get; set; }

    public DateTimeOffset? LeasedAt { get; set; }
}

/// <summary>Where a webhook delivery stands.</summary>
public enum WebhookDeliveryStatus
{
    Pending,
    Succeeded,

    /// <summary>Given up.</summary>
    Failed,
}

/// <summary>One request to an endpoint.</summary>
/// <param name="At">When it began.</param>
/// <param name="RequestId">What it named itself in <c>X-Request-Id</c>.</param>
/// <param name="StatusCode">Null when no answer came.</param>
/// <param name="DurationMs">Milliseconds until it was decided.</param>
/// <param name="Response">The start of the answer's body.</param>
/// <param name="Error">Why it failed, in a sentence.</param>
public sealed record WebhookAttempt(
    DateTimeOffset At, string RequestId, int? StatusCode, int DurationMs, string? Response, string? Error);
