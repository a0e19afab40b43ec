namespace MailApi.IntegrationTests.Smtp;

/// <summary>The answers of a sound server, RFC 5321 §4.2 and the extensions it announces.</summary>
internal static class SmtpDefaults
{
    public static Reply Ehlo(SmtpScript script, bool isTls)
    {
        var keywords = new List<string>(script.Capabilities);
        if (script.Tls == TlsStart.StartTls && !isTls)
        {
            keywords.Add("STARTTLS");
        }

        if (OffersAuth(script, isTls))
        {
            keywords.Add($"AUTH {string.Join(' ', script.Mechanisms)}");
        }

        string[] lines = ["scripted.test", .. keywords];
        return Reply.Lines(lines.Select((line, i) => $"250{(i < lines.Length - 1 ? '-' : ' ')}{line}"));
    }

    public static bool OffersAuth(SmtpScript script, bool isTls) => script.Credentials is not null
        && script.Mechanisms.Count > 0 && (isTls || script.Tls != TlsStart.StartTls);

    public static Reply Mail(SmtpScript script, string argument, bool isTls, bool isAuthenticated)
    {
        var parameters = SmtpEnvelope.ParametersIn(argument);
        var size = parameters.TryGetValue("SIZE", out var given) && long.TryParse(given, out var n) ? n : 0;
        return (script, isAuthenticated) switch
        {
            ({ RequiresTls: true }, _) when !isTls => "530 5.7.0 must issue a STARTTLS command first",
            ({ Credentials: not null }, false) => "530 5.7.0 authentication required",
            _ when parameters.ContainsKey("SMTPUTF8") && !script.Announces("SMTPUTF8") =>
                "555 5.5.4 SMTPUTF8 not recognised",
            _ when size > script.SizeLimit => "552 5.3.4 message too big",
            _ => "250 2.1.0 sender ok",
        };
    }

    public static Reply Rcpt(SmtpEnvelope envelope, string argument) => envelope switch
    {
        { Sender: null } => "503 5.5.1 MAIL first",
        { SmtpUtf8: false } when !System.Text.Ascii.IsValid(argument) => "553 5.6.7 address needs SMTPUTF8",
        _ => "250 2.1.5 recipient ok",
    };

    public static Reply Data(SmtpEnvelope envelope) => envelope switch
    {
        { Sender: null } => "503 5.5.1 MAIL first",
        { Recipients: [] } => "554 5.5.1 no valid recipients",
        _ => "354 go ahead",
    };

    public static Reply Dot(SmtpScript script, int length) =>
        length > script.SizeLimit ? "552 5.3.4 message too big" : "250 2.0.0 taken";
}
