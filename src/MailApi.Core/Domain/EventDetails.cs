using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MailApi.Core.Domain;

/// <summary>The part of an event's data that differs from event to event; kept as JSON in <see cref="Event.Details"/>.</summary>
public sealed record EventDetails
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public BounceDetails? Bounce { get; init; }

    public SmtpDetails? Smtp { get; init; }

    /// <summary>Why, in a word or a sentence.</summary>
    public string? Reason { get; init; }

    /// <summary>Where a suppression came from, or by which way a report.</summary>
    public string? Source { get; init; }

    /// <summary>The relay of the attempt, by its name in the configuration; for statistics, not told.</summary>
    public string? Relay { get; init; }

    /// <summary>The endpoint that it is about.</summary>
    public string? WebhookId { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, Options);

    public static EventDetails FromJson(string json) =>
        JsonSerializer.Deserialize<EventDetails>(json, Options) ?? new EventDetails();
}

/// <summary>The verdict on a refusal, and where it came from: <c>smtp</c> or <c>report</c>.</summary>
public sealed record BounceDetails(string Class, string Category, string Source);

/// <summary>The reply that decided it.</summary>
public sealed record SmtpDetails(int? Code, string? EnhancedCode, string? Response, string? Host, string? Tls);
