namespace MailApi.Core.Domain;

/// <summary>How one attempt ended for those of its recipients that got the same answer.</summary>
public sealed class Attempt : IIdentified
{
    public static string IdPrefix => "att";

    public required Id<Attempt> Id { get; init; }

    public required Id<Message> MessageId { get; init; }

    /// <summary>Counts from 1 per message; recipients of one transaction share it.</summary>
    public required int Number { get; init; }

    public required AttemptOutcome Outcome { get; init; }

    public required IReadOnlyList<string> Recipients { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset FinishedAt { get; init; }

    /// <summary>The relay's name, or <c>report</c> for what came back later.</summary>
    public string? Relay { get; init; }

    public string? Host { get; init; }

    public string? Ip { get; init; }

    public string? Tls { get; init; }

    public int? SmtpCode { get; init; }

    public string? EnhancedCode { get; init; }

    /// <summary>The reply line, or a sentence of ours when none came.</summary>
    public string? Response { get; init; }
}
