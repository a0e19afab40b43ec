namespace MailApi.Core.Smtp;

/// <summary>The rules of a relay's section, each broken one told in a sentence that names the key to set.</summary>
internal static class RelayOptionsRules
{
    public static IEnumerable<string> Check(string section, RelayOptions options) =>
    [
        .. Address(section, options),
        .. SignIn(section, options),
        .. Amounts(section, options),
        .. Waits(section, options),
    ];

    private static IEnumerable<string> Address(string section, RelayOptions options)
    {
        if (Uri.CheckHostName(options.Host) == UriHostNameType.Unknown)
        {
            yield return $"{section}:Host must be a host name or an IP address.";
        }

        if (options.Port is < 1 or > 65535)
        {
            yield return $"{section}:Port must be between 1 and 65535.";
        }

        if (options.Security is { } security && !Enum.IsDefined(security))
        {
            yield return $"{section}:Security must be none, opportunistic, starttls or tls.";
        }

        if (options.LocalName is { } localName && Uri.CheckHostName(localName) == UriHostNameType.Unknown)
        {
            yield return $"{section}:LocalName must be a host name or an IP address.";
        }
    }

    private static IEnumerable<string> SignIn(string section, RelayOptions options)
    {
        if (!SignInMechanisms.Names.Contains(options.Auth, StringComparer.OrdinalIgnoreCase))
        {
            yield return $"{section}:Auth must be one of {string.Join(", ", SignInMechanisms.Names)}.";
        }

        if (options.HasCredentials && string.IsNullOrEmpty(options.Password))
        {
            yield return $"{section}:Password must be set when {section}:Username is.";
        }

        if (string.IsNullOrEmpty(options.Username) && !string.IsNullOrEmpty(options.Password))
        {
            yield return $"{section}:Username must be set when {section}:Password is.";
        }

        if (options.HasCredentials && options.EffectiveSecurity == RelaySecurity.None
            && !options.AllowCleartextPassword && SignInMechanisms.ShowsPassword(options.Auth))
        {
            yield return $"{section}:Security must be starttls or tls for {section}:Auth {options.Auth}, which sends"
                + $" the password in clear; {section}:AllowCleartextPassword permits it.";
        }
    }

    private static IEnumerable<string> Amounts(string section, RelayOptions options)
    {
        if (options.MaxConnections is < 1 or > 1000)
        {
            yield return $"{section}:MaxConnections must be between 1 and 1000.";
        }

        if (options.MessagesPerConnection < 1)
        {
            yield return $"{section}:MessagesPerConnection must be 1 or more.";
        }

        // Slower than a message per hour is a typing error, and the delays would overflow a timer.
        if (options.RateLimit is { } rate && !(rate >= 1d / 3600 && double.IsFinite(rate)))
        {
            yield return $"{section}:RateLimit must be messages per second, above 0.0003, or left out.";
        }
    }

    private static IEnumerable<string> Waits(string section, RelayOptions options)
    {
        (string Key, TimeSpan Value)[] waits =
        [
            (nameof(options.IdleTimeout), options.IdleTimeout),
            (nameof(options.ConnectTimeout), options.ConnectTimeout),
            (nameof(options.BannerTimeout), options.BannerTimeout),
            (nameof(options.CommandTimeout), options.CommandTimeout),
            (nameof(options.TlsTimeout), options.TlsTimeout),
            (nameof(options.DataInitiationTimeout), options.DataInitiationTimeout),
            (nameof(options.DataBlockTimeout), options.DataBlockTimeout),
            (nameof(options.DataTerminationTimeout), options.DataTerminationTimeout),
        ];
        return from wait in waits
               where wait.Value <= TimeSpan.Zero || wait.Value > TimeSpan.FromHours(1)
               select $"{section}:{wait.Key} must be above zero and at most one hour, such as 00:05:00.";
    }
}
