using MailApi.Core.Smtp;

namespace MailApi.Core.Feedback.Mailboxes;

/// <summary>The rules of the mailbox's section, each broken one told in a sentence that names the key to set.</summary>
internal static class MailboxOptionsRules
{
    private const string Section = MailboxOptions.Section;
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    public static IEnumerable<string> Check(MailboxOptions options)
    {
        (bool Wrong, string Sentence)[] rules =
        [
            (!Enum.IsDefined(options.Protocol), "Protocol must be imap or pop3."),
            (Uri.CheckHostName(options.Host) == UriHostNameType.Unknown, "Host must be a host name or an IP address."),
            (options.Port is < 1 or > 65535, "Port must be between 1 and 65535."),
            (options.Security is { } s && !Enum.IsDefined(s), "Security must be none, opportunistic, starttls or tls."),
            (options.PollInterval < TimeSpan.FromSeconds(1) || options.PollInterval > Longest,
                "PollInterval must be between 00:00:01 and 01:00:00."),
            (IsNoWait(options.ConnectTimeout), "ConnectTimeout must be above zero and at most one hour, such as 00:00:30."),
            (IsNoWait(options.CommandTimeout), "CommandTimeout must be above zero and at most one hour, such as 00:02:00."),
            .. SignIn(options),
            .. Folders(options),
        ];
        return rules.Where(r => r.Wrong).Select(r => $"{Section}:{r.Sentence}");
    }

    private static (bool Wrong, string Sentence)[] SignIn(MailboxOptions options)
    {
        var names = SignInMechanisms.Names.Where(n => n != "none").ToList();
        return
        [
            (options.Username.Length == 0, "Username must be set."),
            (options.Password.Length == 0, "Password must be set."),
            (!names.Contains(options.Auth, StringComparer.OrdinalIgnoreCase),
                $"Auth must be one of {string.Join(", ", names)}."),
            (options.EffectiveSecurity == RelaySecurity.None && !options.AllowCleartextPassword
                && SignInMechanisms.ShowsPassword(options.Auth),
                $"Security must be starttls or tls for {Section}:Auth {options.Auth}, which sends the password in clear;"
                + $" {Section}:AllowCleartextPassword permits it."),
        ];
    }

    /// <summary>A mail that is moved to where it came from would come again for ever.</summary>
    private static (bool Wrong, string Sentence)[] Folders(MailboxOptions options) =>
    [
        (!IsFolder(options.Folder), "Folder must be the name of a folder."),
        (!IsFolder(options.ProcessedFolder) || IsSame(options.ProcessedFolder, options.Folder),
            $"ProcessedFolder must be the name of a folder other than {Section}:Folder."),
        (!IsFolder(options.NotUnderstoodFolder) || IsSame(options.NotUnderstoodFolder, options.Folder),
            $"NotUnderstoodFolder must be the name of a folder other than {Section}:Folder."),
    ];

    private static bool IsFolder(string name) => name.Split('/').All(level => level.Trim().Length > 0);

    private static bool IsSame(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static bool IsNoWait(TimeSpan wait) => wait <= TimeSpan.Zero || wait > Longest;
}
