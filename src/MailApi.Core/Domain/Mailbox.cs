using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace MailApi.Core.Domain;

/// <summary>An address with the name shown beside it (RFC 5322 §3.4 <c>name-addr</c>).</summary>
public sealed record Mailbox(EmailAddress Address, string? Name = null)
{
    private const int MaxName = 255;
    private static readonly SearchValues<char> Specials = SearchValues.Create("<>@,;:\"");

    /// <summary>Reads <c>ann@example.net</c> or <c>Ann &lt;ann@example.net&gt;</c>; exactly one mailbox.</summary>
    public static bool TryParse(
        string? text, [NotNullWhen(true)] out Mailbox? mailbox, [NotNullWhen(false)] out string? error)
    {
        var trimmed = text?.Trim(' ') ?? "";
        var open = trimmed.LastIndexOf('<');
        if (open < 0 || trimmed[^1] != '>')
        {
            return TryCreate(trimmed, null, out mailbox, out error);
        }

        var name = trimmed[..open].Trim(' ');
        if (name.Length >= 2 && name[0] == '"' && name[^1] == '"')
        {
            return TryCreate(trimmed[(open + 1)..^1], Unquote(name), out mailbox, out error);
        }

        if (name.AsSpan().ContainsAny(Specials))
        {
            mailbox = null;
            error = "One mailbox is expected; a name with special characters stands between quotation marks.";
            return false;
        }

        return TryCreate(trimmed[(open + 1)..^1], name, out mailbox, out error);
    }

    /// <summary>Puts an address and a name together.</summary>
    public static bool TryCreate(
        string? email, string? name, [NotNullWhen(true)] out Mailbox? mailbox, [NotNullWhen(false)] out string? error)
    {
        mailbox = null;
        if (!EmailAddress.TryParse(email, out var address, out error))
        {
            return false;
        }

        if (name is not null && (name.Length > MaxName || name.Any(char.IsControl)))
        {
            error = $"A name has at most {MaxName} characters, and no line breaks or control characters.";
            return false;
        }

        mailbox = new Mailbox(address, string.IsNullOrWhiteSpace(name) ? null : name);
        return true;
    }

    public override string ToString() => Name is null ? Address.ToString() : $"{Name} <{Address}>";

    private static string Unquote(string quoted)
    {
        var name = new StringBuilder(quoted.Length);
        for (var i = 1; i < quoted.Length - 1; i++)
        {
            if (quoted[i] == '\\' && i + 1 < quoted.Length - 1)
            {
                i++;
            }

            name.Append(quoted[i]);
        }

        return name.ToString();
    }
}
