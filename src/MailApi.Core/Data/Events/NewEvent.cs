using MailApi.Core.Domain;

namespace MailApi.Core.Data.Events;

/// <summary>Something that is being recorded.</summary>
/// <param name="ProjectId">Whose it is.</param>
/// <param name="Type">One of <see cref="EventTypes"/>.</param>
/// <param name="Timestamp">When it happened.</param>
public sealed record NewEvent(Id<Project> ProjectId, string Type, DateTimeOffset Timestamp)
{
    public Id<Message>? MessageId { get; init; }

    /// <summary>The message's tags, by which endpoints may choose.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>The place among the message's events, when it is known; else it is found by <see cref="StepsBack"/>.</summary>
    public int? Sequence { get; init; }

    /// <summary>
    /// How many of the events that the message has been given in this transaction come after this one: its place is that
    /// far back from the message's count.
    /// </summary>
    public int StepsBack { get; init; }

    public string? Recipient { get; init; }

    public string? RecipientKey { get; init; }

    public int? Attempt { get; init; }

    public EventDetails? Details { get; init; }
}
