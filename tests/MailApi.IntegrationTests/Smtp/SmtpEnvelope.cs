namespace MailApi.IntegrationTests.Smtp;

/// <summary>One mail transaction as far as it has come.</summary>
internal sealed class SmtpEnvelope
{
    /// <summary>Null before MAIL, empty for the null sender.</summary>
    public string? Sender { get; private set; }

    /// <summary>The recipients that were accepted.</summary>
    public List<string> Recipients { get; } = [];

    /// <summary>The parameters of MAIL: <c>BODY</c>, <c>SIZE</c>, <c>SMTPUTF8</c> …, with their values.</summary>
    public Dictionary<string, string> Parameters { get; } = new(StringComparer.OrdinalIgnoreCase);

    public long? Size => Parameters.TryGetValue("SIZE", out var size) && long.TryParse(size, out var n) ? n : null;

    public bool SmtpUtf8 => Parameters.ContainsKey("SMTPUTF8");

    public static string AddressIn(string argument)
    {
        var (open, close) = (argument.IndexOf('<'), argument.LastIndexOf('>'));
        return open >= 0 && close > open ? argument[(open + 1)..close] : "";
    }

    public static Dictionary<string, string> ParametersIn(string argument) =>
        argument[(argument.LastIndexOf('>') + 1)..]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(p => p.Split('=', 2))
            .ToDictionary(p => p[0], p => p.Length > 1 ? p[1] : "", StringComparer.OrdinalIgnoreCase);

    public void Begin(string argument)
    {
        Sender = AddressIn(argument);
        foreach (var (name, value) in ParametersIn(argument))
        {
            Parameters[name] = value;
        }
    }
}
