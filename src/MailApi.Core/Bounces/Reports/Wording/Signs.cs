namespace MailApi.Core.Bounces.Reports.Wording;

/// <summary>
/// What speaks for a mail being a report when no part of it says so in a standard form. One sign is never enough: people
/// write about bounces, too.
/// </summary>
internal sealed class Signs
{
    private static readonly string[] ListManagers = ["-ADMIN", "-REQUEST", "-OWNER"];

    private readonly MailContent _mail;
    private readonly string _subject;
    private readonly string _words;

    public Signs(MailContent mail, string notice)
    {
        _mail = mail;
        _subject = mail.Headers.First("Subject") ?? "";
        _words = notice.Length > 16384 ? notice[..16384] : notice;
        _words = _words.Replace('\n', ' ').Replace("  ", " ", StringComparison.Ordinal);
    }

    /// <summary>A program sent it, not a person.</summary>
    public bool IsFromDaemon =>
        _mail.Headers.All("From").Concat(_mail.Headers.All("Sender"))
            .Any(f => f is "<>" || ReportPhrases.Any(ReportPhrases.Daemon, f));

    public bool IsFailure => Score(ReportPhrases.FailedSubject, ReportPhrases.FailedText) >= 4;

    /// <summary>It says that delivery is still tried.</summary>
    public bool IsDelay =>
        ReportPhrases.Any(ReportPhrases.DelayedSubject, _subject) || ReportPhrases.Any(ReportPhrases.DelayedText, _words);

    public bool IsDelayReport => IsDelay && Score(ReportPhrases.DelayedSubject, ReportPhrases.DelayedText) >= 4;

    /// <summary>A person's program answered: a person's address, and nothing of a message that came back.</summary>
    public bool IsAnswerOfAPerson => IsAutoReply && !IsFromDaemon && !_mail.IsReport && _mail.Original is null;

    /// <summary>RFC 3834 §5, and what was in use before it.</summary>
    public bool IsAutoReply
    {
        get
        {
            var headers = _mail.Headers;
            var submitted = headers.First("Auto-Submitted") ?? "";
            return submitted.StartsWith("auto-replied", StringComparison.OrdinalIgnoreCase)
                || submitted.StartsWith("auto-notified", StringComparison.OrdinalIgnoreCase)
                || headers.Has("X-Autoreply") || headers.Has("X-Autorespond") || headers.Has("X-Autoresponder")
                || headers.Has("X-Mail-Autoreply") || headers.Has("X-AutoReply-From")
                || headers.First("Precedence") is "auto_reply" or "auto-reply"
                || headers.First("X-Precedence") is "auto_reply" or "auto-reply"
                || ReportPhrases.Any(ReportPhrases.AutoReplySubject, _subject);
        }
    }

    /// <summary>It asks the sender to prove something before the message is shown to anybody.</summary>
    public bool IsChallenge => !HasNullSenderInFrom && ReportPhrases.Any(ReportPhrases.ChallengeText, _words);

    private bool HasNullSender =>
        _mail.Headers.First("Return-Path")?.Replace(" ", "", StringComparison.Ordinal) is "<>" or "<MAILER-DAEMON>";

    private bool HasNullSenderInFrom => _mail.Headers.First("From") is { } from && ReportPhrases.Any(ReportPhrases.Daemon, from);

    /// <summary>Delivery statuses as text are believed only from those who write them or pass them on.</summary>
    public bool MayQuoteStatus => IsFromDaemon || _mail.IsReport || _mail.Headers.Has("X-Failed-Recipients") || IsForward;

    private bool IsForward => Prefix is "FW" or "FWD" or "WG" or "TR" or "RV" or "I" or "ENC" or "転送";

    private bool IsFromNobody => Addresses.In(_mail.Headers, "From").Any(a =>
        a.Split('@')[0].ToUpperInvariant()
            is "NOREPLY" or "NO-REPLY" or "NO_REPLY" or "DONOTREPLY" or "DO-NOT-REPLY" or "BOUNCE" or "BOUNCES");

    /// <summary>A program that keeps a mailing list says no in its own way.</summary>
    private bool IsFromListManager =>
        _mail.Headers.Has("X-MLServer") || _mail.Headers.Has("X-List-Administrivia")
        || Addresses.In(_mail.Headers, "From").Select(a => a.Split('@')[0].ToUpperInvariant()).Any(local =>
            local.StartsWith("OWNER-", StringComparison.Ordinal)
            || Array.Exists(ListManagers, ending => local.EndsWith(ending, StringComparison.Ordinal)));

    private bool IsAnswerOrForward =>
        IsForward || Prefix is "RE" or "AW" or "SV" or "R" or "ANTW" or "回复" or "答复";

    private string Prefix =>
        _subject.Contains(':', StringComparison.Ordinal) ? _subject.Split(':', 2)[0].Trim().ToUpperInvariant() : "";

    private int Score(string[] subjects, string[] sentences)
    {
        var structure = (IsFromDaemon ? 2 : 0)
            + (HasNullSender ? 1 : 0)
            + (_mail.Headers.Has("X-Failed-Recipients") ? 3 : 0)
            + (_mail.IsReport && !_mail.IsReadReceipt ? 2 : 0)
            + (_mail.Original is not null ? 1 : 0)
            + (IsFromListManager || IsFromNobody ? 1 : 0)
            + (_mail.Headers.Has("Auto-Submitted") ? 1 : 0);
        if (structure == 0 || (_mail.Headers.Has("List-Id") && !IsFromDaemon))
        {
            return 0;
        }

        var subject = ReportPhrases.Any(subjects, _subject) && (IsFromDaemon || !IsAnswerOrForward) ? 2 : 0;
        var text = ReportPhrases.Any(sentences, _words) ? 2 : ReplyLine.Find(_words) is not null ? 1 : 0;
        return subject + text == 0 ? 0 : structure + subject + text;
    }
}
