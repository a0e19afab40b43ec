namespace MailApi.Core.Domain;

/// <summary>Which node reads a mailbox; it does so as long as it is alive, and others keep away.</summary>
public sealed class MailboxLease
{
    /// <summary>Of the one that reports arrive in.</summary>
    public const string Reports = "reports";

    public required string Name { get; init; }

    /// <summary>The <see cref="Node"/>; null while nobody reads it.</summary>
    public Guid? Owner { get; set; }
}
