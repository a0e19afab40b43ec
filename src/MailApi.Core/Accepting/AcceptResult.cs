using MailApi.Core.Domain;

namespace MailApi.Core.Accepting;

/// <summary>What became of one message at the door.</summary>
public abstract record AcceptResult
{
    private AcceptResult()
    {
    }

    /// <summary>It is durable and will be attempted.</summary>
    public sealed record Accepted(Message Message, IReadOnlyList<Recipient> Recipients) : AcceptResult;

    /// <summary>Every recipient is on the suppression list; nothing was stored.</summary>
    public sealed record AllSuppressed(IReadOnlyList<Recipient> Recipients) : AcceptResult;

    /// <summary>The idempotency key has been used; its row tells what was answered.</summary>
    public sealed record KeyUsed(string Key) : AcceptResult;

    /// <summary>An atomic batch was refused because of another of its messages.</summary>
    public sealed record NotTried : AcceptResult;
}
