namespace MailApi.Core.Domain;

/// <summary>An address with the name shown beside it (RFC 5322 §3.4 <c>name-addr</c>).</summary>
public sealed record Mailbox(EmailAddress Address, string? Name = null)
{
    public override string ToString() => Name is null ? Address.ToString() : $"{Name} <{Address}>";
}
