namespace MailApi.Cli;

/// <summary>
/// Recognises the exceptions of the configuration binder, which have no type of their own, and says the same in one line.
/// </summary>
internal static class ConfigurationFault
{
    private const string Convert = "Failed to convert configuration value";
    private const string Unknown = "'ErrorOnUnknownConfiguration' was set";

    /// <summary>Null when the exception is about something else.</summary>
    public static string? Describe(InvalidOperationException exception)
    {
        if (exception.InnerException is InvalidOperationException inner && Describe(inner) is { } cause)
        {
            return cause;
        }

        var message = exception.Message;
        if (message.StartsWith(Convert, StringComparison.Ordinal))
        {
            // Failed to convert configuration value 'x' at 'Relays:main:Port' to type 'System.Int32'.
            var parts = message.Split('\'');
            var key = parts.Length > 5 ? parts[^4] : "a setting";
            return $"{key} has a value that cannot be read as {Readable(parts.Length > 5 ? parts[^2] : "")}.";
        }

        return message.StartsWith(Unknown, StringComparison.Ordinal)
            ? $"there is a setting that does not exist: {message[(message.LastIndexOf(':') + 1)..].Trim()} ({TypeOf(message)})."
            : null;
    }

    /// <summary>A failed annotation, with the key instead of the property; any other failure as it is.</summary>
    public static string Describe(string failure)
    {
        // DataAnnotation validation failed for 'MessageLimits' members: 'Recipients' with the error: 'The field …'.
        var parts = failure.Split('\'');
        return failure.StartsWith("DataAnnotation", StringComparison.Ordinal) && parts.Length > 5
            ? $"Limits:{parts[3]} is out of range. {parts[5]}"
            : failure;
    }

    private static string Readable(string type) => type.Split('.')[^1] switch
    {
        var t when t.StartsWith("Int", StringComparison.Ordinal) || t.Contains("Int32", StringComparison.Ordinal) => "a whole number",
        var t when t.Contains("TimeSpan", StringComparison.Ordinal) => "a time span such as 00:05:00",
        var t when t.Contains("Boolean", StringComparison.Ordinal) => "true or false",
        var t when t.Contains("Double", StringComparison.Ordinal) => "a number",
        var t when t.Contains("DatabaseProvider", StringComparison.Ordinal) => "sqlite or postgres",
        var t when t.Contains("MailboxProtocol", StringComparison.Ordinal) => "imap or pop3",
        var t when t.Contains("RelaySecurity", StringComparison.Ordinal) => "none, opportunistic, starttls or tls",
        var t => t,
    };

    private static string TypeOf(string message)
    {
        var start = message.IndexOf("MailApi.", StringComparison.Ordinal);
        return start < 0 ? "" : message[start..].Split(':')[0].Split('.')[^1];
    }
}
