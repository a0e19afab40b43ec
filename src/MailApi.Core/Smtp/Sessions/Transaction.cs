using MailApi.Core.Domain;
using MimeKit;

namespace MailApi.Core.Smtp.Sessions;

/// <summary>What the server said in the course of one MAIL transaction (RFC 5321 §3.3).</summary>
internal sealed class Transaction(List<MailboxAddress> recipients)
{
    private int _next;

    public IReadOnlyList<MailboxAddress> Recipients => recipients;

    /// <summary>The reply to MAIL; null when none came.</summary>
    public SmtpReply? Sender { get; set; }

    /// <summary>MAIL was refused: what follows is void.</summary>
    public bool SenderRefused { get; set; }

    /// <summary>The replies to RCPT, in the order of the recipients.</summary>
    public SmtpReply?[] Replies { get; } = new SmtpReply?[recipients.Count];

    /// <summary>The reply to DATA or to the final dot.</summary>
    public SmtpReply? Data { get; set; }

    /// <summary>Why the conversation broke off, as a sentence; null when it came to its end.</summary>
    public string? Lost { get; set; }

    /// <summary>Where the conversation broke off or ended.</summary>
    public SmtpPhase Phase { get; set; }

    public bool IsDelivered => Data is { Code: 250 };

    /// <summary>Somebody has been accepted, so that there is a message to be sent.</summary>
    public bool HasRecipients =>
        !SenderRefused && Array.Exists(Replies, accepted => accepted is { Code: >= 200 and < 300 });

    /// <summary>The server announced that it closes the session (RFC 5321 §3.8).</summary>
    public bool IsFarewell =>
        Sender is { Code: 421 } || Data is { Code: 421 } || Array.Exists(Replies, reply => reply is { Code: 421 });

    /// <summary>Takes the reply that ended the transaction before its time.</summary>
    public void Refuse(SmtpReply reply, SmtpPhase phase)
    {
        if (HasRecipients)
        {
            (Data, Phase) = (reply, phase);
            return;
        }

        // MAIL or every RCPT was refused: their own replies say it all. Only 530 comes without a callback.
        Phase = SmtpPhase.Mail;
        if (reply.Code == 530)
        {
            (Sender, SenderRefused) = (reply, true);
        }
    }

    /// <summary>Takes the reply for a recipient; they come in the order of the recipients.</summary>
    public void Answer(MailboxAddress recipient, SmtpReply reply)
    {
        while (!ReferenceEquals(recipients[_next], recipient))
        {
            _next++;
        }

        Replies[_next++] = reply;
    }
}
