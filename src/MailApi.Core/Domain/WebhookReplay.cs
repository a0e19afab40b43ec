namespace MailApi.Core.Domain;

/// <summary>Past events being told again to one endpoint, with their own ids.</summary>
public sealed class WebhookReplay : IIdentified
{
    public static string IdPrefix => "whr";

    public required Id<WebhookReplay> Id { get; init; }

    public required Id<Webhook> WebhookId { get; init; }

    public required Id<Project> ProjectId { get; init; }

    public required DateTimeOffset Since { get; init; }

    public required DateTimeOffset Until { get; init; }

    /// <summary>Patterns of event types.</summary>
    public required IReadOnlyList<string> Types { get; init; }

    public required WebhookReplayStatus Status { get; set; }

    /// <summary>Events in the range when it began.</summary>
    public required int Total { get; init; }

    /// <summary>Events looked at so far.</summary>
    public int Seen { get; set; }

    /// <summary>Events put in line so far.</summary>
    public int Queued { get; set; }

    /// <summary>The event it has come to.</summary>
    public required Id<Event> Position { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; set; }
}

/// <summary>Where a replay stands.</summary>
public enum WebhookReplayStatus
{
    Running,

    /// <summary>Everything is in line.</summary>
    Completed,
    Cancelled,
}
