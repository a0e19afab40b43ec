namespace MailApi.Core.Notifications.Sending;

/// <summary>What became of a request.</summary>
/// <param name="StatusCode">Null when no answer came.</param>
/// <param name="Duration">Until the answer was read, or until there was no more hope of one.</param>
/// <param name="Response">The first 1,024 characters of the answer's body, made printable; null when there was none.</param>
/// <param name="Error">Why it failed, as a sentence; null after success.</param>
/// <param name="RetryAfter">How long the endpoint wants to be left alone; only of 429 and 503, at most 24 hours.</param>
public sealed record WebhookAnswer(
    int? StatusCode, TimeSpan Duration, string? Response, string? Error, TimeSpan? RetryAfter)
{
    /// <summary>True for 2xx, whatever became of the body.</summary>
    public bool Succeeded => StatusCode is >= 200 and < 300;
}
