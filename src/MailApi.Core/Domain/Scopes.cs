namespace MailApi.Core.Domain;

/// <summary>What a key may do.</summary>
public static class Scopes
{
    public const string Send = "send";
    public const string Read = "read";
    public const string Templates = "templates";
    public const string Suppressions = "suppressions";
    public const string Webhooks = "webhooks";
    public const string Domains = "domains";
    public const string Keys = "keys";

    /// <summary>All of the others, and other projects.</summary>
    public const string Admin = "admin";

    public static IReadOnlyList<string> All { get; } =
        [Send, Read, Templates, Suppressions, Webhooks, Domains, Keys, Admin];

    /// <summary>True when <paramref name="held"/> includes <paramref name="wanted"/>, or everything.</summary>
    public static bool Include(IReadOnlyList<string> held, string wanted) =>
        held.Contains(wanted) || held.Contains(Admin);
}
