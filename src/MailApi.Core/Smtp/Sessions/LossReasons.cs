using System.Globalization;

namespace MailApi.Core.Smtp.Sessions;

/// <summary>Sentences for conversations that broke off: what we waited for, and how it ended.</summary>
internal static class LossReasons
{
    public static string TimedOut(SmtpPhase phase, TimeSpan after) => phase == SmtpPhase.DataBlock
        ? $"The server did not take the message: no block was read for {Seconds(after)}."
        : $"The server did not complete {Step(phase)} within {Seconds(after)}.";

    public static string Closed(SmtpPhase phase) => $"The server closed the connection during {Step(phase)}.";

    public static string Garbled(SmtpPhase phase) => $"The server's answer during {Step(phase)} is not an SMTP reply.";

    public static string Broken(SmtpPhase phase) => $"The connection broke during {Step(phase)}.";

    public static string Hangs(SmtpPhase phase, TimeSpan time) => phase < SmtpPhase.Idle
        ? $"The server hangs: it has opened no session for {Seconds(time)}."
        : $"The server hangs: it has completed {Step(phase)} for nobody for {Seconds(time)}.";

    public static string Seconds(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");

    private static string Step(SmtpPhase phase) => phase switch
    {
        SmtpPhase.Banner => "the greeting",
        SmtpPhase.Ehlo => "EHLO",
        SmtpPhase.StartTls => "STARTTLS",
        SmtpPhase.Tls => "the TLS handshake",
        SmtpPhase.Auth => "AUTH",
        SmtpPhase.Mail or SmtpPhase.Idle => "MAIL and RCPT",
        SmtpPhase.DataInitiation => "DATA",
        SmtpPhase.DataBlock => "the transfer of the message",
        SmtpPhase.DataTermination => "the reply to the final dot",
        _ => "the end of the session",
    };
}
