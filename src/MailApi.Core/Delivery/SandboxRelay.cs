using System.Globalization;
using MailApi.Core.Bounces.Replies;
using MailApi.Core.Delivery.Queueing;
using MailApi.Core.Domain;
using MailApi.Core.Smtp;

namespace MailApi.Core.Delivery;

/// <summary>
/// Plays a relay for the sandbox and for capture mode: no connection is opened, and the local part of an address under
/// <c>sandbox.test</c> decides what happens to it.
/// </summary>
internal static class SandboxRelay
{
    public const string Name = "sandbox";
    private const string Domain = "sandbox.test";

    /// <summary>True for addresses that are simulated with a live key too.</summary>
    public static bool Simulates(EmailAddress address) => address.Domain == Domain;

    /// <summary>True when a delivered message is complained about.</summary>
    public static bool Complains(EmailAddress address) =>
        Simulates(address) && address.LocalPart == "complained";

    /// <summary>Decides every recipient at once.</summary>
    public static RelayResult Send(LeasedDelivery delivery, IReadOnlyList<PendingRecipient> recipients, DateTimeOffset now) => new()
    {
        Relay = Name,
        StartedAt = now,
        FinishedAt = now,
        Recipients = [.. recipients.Select(r => Result(r.Address, delivery.Attempt))],
    };

    private static RecipientResult Result(EmailAddress address, int attempt)
    {
        if (Simulates(address))
        {
            var parts = address.LocalPart.Split('+', 2);
            if (parts[0] == "bounced")
            {
                return Bounced(address, parts.Length > 1 ? parts[1] : "550-5.1.1");
            }

            if (parts[0] == "deferred" && attempt == 1)
            {
                var reply = new SmtpReply(451, "4.3.0", "451 4.3.0 sandbox: try again");
                return new RecipientResult(
                    address, RecipientResultKind.Deferred, reply, ReplyClassifier.Classify(reply), null);
            }
        }

        return new RecipientResult(
            address, RecipientResultKind.Delivered, new SmtpReply(250, "2.0.0", "250 2.0.0 sandbox: taken"), null, null);
    }

    /// <summary><c>550-5.1.1</c> names the code and the enhanced code; anything else is a plain 550.</summary>
    private static RecipientResult Bounced(EmailAddress address, string wanted)
    {
        var parts = wanted.Split('-', 2);
        var code = int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var given)
            && given is >= 500 and <= 599 ? given : 550;
        var enhanced = parts.Length > 1 && parts[1].StartsWith("5.", StringComparison.Ordinal) ? parts[1] : null;
        var reply = new SmtpReply(code, enhanced, $"{code} {enhanced}{(enhanced is null ? "" : " ")}sandbox: refused");
        return new RecipientResult(address, RecipientResultKind.Bounced, reply, ReplyClassifier.Classify(reply), null);
    }
}
