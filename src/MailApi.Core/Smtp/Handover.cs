using MailApi.Core.Domain;
using MailApi.Core.Smtp.Sessions;
using MimeKit;

namespace MailApi.Core.Smtp;

/// <summary>
/// Hands one message to one session: fits it to what the server offers, and runs as many transactions as the server's
/// limit on recipients takes.
/// </summary>
internal sealed class Handover(OutgoingMessage message, SmtpSession session)
{
    private readonly List<RecipientResult> _results = new(message.Recipients.Count);

    public IReadOnlyList<RecipientResult> Results => _results;

    /// <summary>What the relay itself suffers from, as a sentence.</summary>
    public string? Trouble { get; private set; }

    public bool Ambiguous { get; private set; }

    /// <summary>The session was closed before it answered anything: another may be used at once.</summary>
    public bool Unanswered { get; private set; }

    /// <summary>The server announced PIPELINING and then answered only the first commands.</summary>
    public bool PipeliningFailed { get; private set; }

    /// <summary>Throws only when cancelled.</summary>
    public async Task RunAsync(MessageBytes bytes, CancellationToken cancellationToken)
    {
        var lacksUtf8 = bytes.HasRawHeaders && !session.OffersSmtpUtf8;
        var lacksEightBit = bytes.HasEightBitBody && !session.OffersEightBit;
        var (recipients, mailboxes) = Admit(out var sender);
        if (sender is not null && recipients.Count > 0 && (lacksUtf8 || lacksEightBit))
        {
            bytes = Downgrade.ToAscii(bytes);
        }

        if (session.MaxMessageSize > 0 && bytes.Size > session.MaxMessageSize)
        {
            var reason = $"5.3.4 The message of {bytes.Size} bytes exceeds the {session.MaxMessageSize} bytes"
                + " that the server accepts.";
            _results.AddRange(recipients.Select(r => Verdict.Refused(r, BounceCategory.TooLarge, reason)));
            RepeatForDuplicates();
            return;
        }

        for (var first = true; recipients.Count > 0; first = false)
        {
            var transaction = await session.TransactAsync(bytes, sender!, mailboxes, cancellationToken);
            (recipients, mailboxes) = Record(transaction, recipients);
            if (!transaction.IsDelivered)
            {
                Judge(transaction, first);
            }
        }

        RepeatForDuplicates();
    }

    // Whom the server can be asked for at all.
    private (List<EmailAddress> Recipients, List<MailboxAddress> Mailboxes) Admit(out MailboxAddress? sender)
    {
        List<EmailAddress> recipients = new(message.Recipients.Count);
        List<MailboxAddress> mailboxes = new(message.Recipients.Count);
        var senderFits = Fits(message.Sender, out sender, out var senderFault);
        foreach (var recipient in message.Recipients.Count > 1
            ? message.Recipients.DistinctBy(address => address.Key)
            : message.Recipients)
        {
            MailboxAddress? mailbox = null;
            var fault = senderFault;
            if (senderFits && Fits(recipient, out mailbox, out fault))
            {
                recipients.Add(recipient);
                mailboxes.Add(mailbox!);
            }
            else
            {
                _results.Add(Verdict.Refused(recipient, BounceCategory.Protocol, fault!));
            }
        }

        return (recipients, mailboxes);
    }

    private bool Fits(EmailAddress address, out MailboxAddress? mailbox, out string? fault)
    {
        mailbox = null;
        fault = address.IsInternational && !session.OffersSmtpUtf8
            ? "5.6.7 The server does not offer SMTPUTF8, which an address with letters outside ASCII needs."
            : !Envelope.TryWrite(address, out mailbox)
                ? "5.1.3 The address cannot be written in an SMTP command."
                : null;
        return fault is null;
    }

    private (List<EmailAddress> Recipients, List<MailboxAddress> Mailboxes) Record(
        Transaction transaction, List<EmailAddress> recipients)
    {
        List<EmailAddress> rest = [];
        List<MailboxAddress> restMailboxes = [];
        var more = transaction.IsDelivered && session.IsSound;
        for (var i = 0; i < recipients.Count; i++)
        {
            var reply = transaction.SenderRefused ? transaction.Sender : transaction.Replies[i];
            if (more && reply is not null && Verdict.MeansTooManyRecipients(reply))
            {
                rest.Add(recipients[i]);
                restMailboxes.Add(transaction.Recipients[i]);
                continue;
            }

            var accepted = reply is { Code: >= 200 and < 300 };
            var deciding = accepted ? transaction.Data : reply;
            _results.Add(deciding is null
                ? Verdict.Lost(recipients[i], transaction.Lost)
                : Verdict.Of(recipients[i], deciding));
        }

        return (rest, restMailboxes);
    }

    private void Judge(Transaction transaction, bool first)
    {
        var troubled = transaction.Replies.Append(transaction.Sender).Append(transaction.Data)
            .FirstOrDefault(reply => reply is not null && Verdict.IsOurTrouble(reply));
        if (troubled is not null)
        {
            Trouble = $"The server answered {troubled.Code} {troubled.EnhancedCode}".TrimEnd() + " to a message.";
        }
        else if (transaction.Lost is not null && transaction.Phase <= SmtpPhase.Mail)
        {
            Trouble = transaction.Lost;
        }

        var timedOut = session.Clock.ExpiredIn == SmtpPhase.Mail;
        PipeliningFailed |= timedOut && transaction.Sender is not null && !transaction.SenderRefused;
        Unanswered = first && (transaction.Sender is { Code: 421 }
            || (transaction is { Lost: not null, Sender: null, Phase: <= SmtpPhase.Mail } && !timedOut));

        // Once the dot is out, only a clear no means that the message was not taken.
        Ambiguous |= transaction.Phase == SmtpPhase.DataTermination
            && transaction.Data is null or { Code: not 250 and (< 400 or > 599) };
    }

    // Two spellings of one mailbox were asked for once.
    private void RepeatForDuplicates()
    {
        if (_results.Count == message.Recipients.Count)
        {
            return;
        }

        var byKey = _results.ToDictionary(result => result.Recipient.Key);
        HashSet<EmailAddress> asked = [.. _results.Select(result => result.Recipient)];
        _results.AddRange(message.Recipients.Where(asked.Add)
            .Select(recipient => byKey[recipient.Key] with { Recipient = recipient }));
    }
}
