namespace MailApi.Core.Domain;

/// <summary>An accepted message: what lists and look-ups need; its content is kept apart.</summary>
public sealed class Message : IIdentified
{
    public static string IdPrefix => "msg";

    public required Id<Message> Id { get; init; }

    public required Id<Project> ProjectId { get; init; }

    public required MessageStatus Status { get; set; }

    public required Priority Priority { get; init; }

    /// <summary>True when it never leaves the service: a sandbox key, the field, or capture mode.</summary>
    public required bool Sandbox { get; init; }

    public required string FromEmail { get; init; }

    public string? FromName { get; init; }

    public required string Subject { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Octets of the finished MIME.</summary>
    public required int Size { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? SendAt { get; set; }

    /// <summary>The message whose content this one repeats.</summary>
    public Id<Message>? ResentFrom { get; init; }

    /// <summary>The template it was rendered from; a template may be gone by now.</summary>
    public Id<Template>? TemplateId { get; init; }

    /// <summary>The version that rendered it.</summary>
    public int? TemplateVersion { get; init; }

    /// <summary>The sequence number of its latest event.</summary>
    public int EventCount { get; set; }

    /// <summary>The status to be shown: a schedule that has come due is a queue.</summary>
    public MessageStatus StatusAt(DateTimeOffset now) =>
        Status == MessageStatus.Scheduled && SendAt <= now ? MessageStatus.Queued : Status;
}
