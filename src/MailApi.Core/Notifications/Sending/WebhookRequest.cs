namespace MailApi.Core.Notifications.Sending;

/// <summary>One event on its way to one endpoint.</summary>
/// <param name="Url">As <see cref="WebhookUrl.TryParse"/> gave it; userinfo becomes Basic authorization.</param>
/// <param name="Headers">The endpoint's own, as <see cref="CustomHeaders.Check"/> lets them pass.</param>
/// <param name="Keys">The secrets to sign with: two while a rotation is fresh.</param>
/// <param name="Id"><c>webhook-id</c>: the event's, the same on every attempt.</param>
/// <param name="Timestamp"><c>webhook-timestamp</c>: of this attempt.</param>
/// <param name="Body">The event as JSON, exactly as it is signed.</param>
/// <param name="RequestId"><c>X-Request-Id</c>: names this attempt in the receiver's log and in ours.</param>
public sealed record WebhookRequest(
    Uri Url,
    IReadOnlyDictionary<string, string> Headers,
    IReadOnlyList<byte[]> Keys,
    string Id,
    DateTimeOffset Timestamp,
    ReadOnlyMemory<byte> Body,
    string RequestId)
{
    /// <summary>Without URL, headers and keys: they may hold secrets, and text ends in logs.</summary>
    public override string ToString() => $"{Id} ({RequestId})";
}
