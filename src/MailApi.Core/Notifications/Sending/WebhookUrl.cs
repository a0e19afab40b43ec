using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace MailApi.Core.Notifications.Sending;

/// <summary>
/// The address of an endpoint, checked where a client gives it. What DNS says of a name is checked with each connection.
/// </summary>
/// <remarks>
/// The text is taken apart here and put together again, so that no second reading of it, by <see cref="Uri"/> or anybody
/// else, can find another host in it.
/// </remarks>
public static partial class WebhookUrl
{
    private const int MaxLength = 2_048;

    /// <summary>The URL to post to, or a sentence that says why it is none.</summary>
    public static bool TryParse(
        string text,
        IReadOnlyList<IPNetwork> allowed,
        [NotNullWhen(true)] out Uri? url,
        [NotNullWhen(false)] out string? error)
    {
        (url, error) = Read(text, allowed);
        return error is null;
    }

    /// <summary>The URL as it may be shown: a password in it becomes <c>***</c>.</summary>
    public static string Redact(string url) => Password().Replace(url, "$1***@");

    private static (Uri? Url, string? Error) Read(string text, IReadOnlyList<IPNetwork> allowed)
    {
        if (text.Length is 0 or > MaxLength)
        {
            return (null, "The URL has 1 to 2,048 characters.");
        }

        if (text.Any(c => c == '\\' || char.IsControl(c) || char.IsWhiteSpace(c)))
        {
            return (null, "The URL has neither white space nor control characters nor backslashes.");
        }

        if (text.Contains('#', StringComparison.Ordinal))
        {
            return (null, "The URL has no fragment.");
        }

        var parts = Shape().Match(text);
        if (!parts.Success)
        {
            return (null, "The URL starts with http:// or https:// and a host.");
        }

        var user = parts.Groups["user"];
        if (user.Success && !IsCredential(user.Value))
        {
            return (null, "Before the @ of the URL stands a name, or a name, a colon and a password, percent-encoded.");
        }

        var error = WebhookHost.Check(parts.Groups["host"].Value, allowed, out var host)
            ?? CheckPort(parts.Groups["port"]);
        return error is null ? Assemble(parts, host) : (null, error);
    }

    private static (Uri? Url, string? Error) Assemble(Match parts, string host)
    {
        var user = parts.Groups["user"].Success ? $"{parts.Groups["user"].Value}@" : "";
        var port = parts.Groups["port"].Success ? $":{parts.Groups["port"].Value}" : "";
        var text = $"{parts.Groups["scheme"].Value}://{user}{host}{port}{parts.Groups["rest"].Value}";
        return Uri.TryCreate(text, UriKind.Absolute, out var url)
            && url.IdnHost.Trim('[', ']').Equals(host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase)
            && url.UserInfo == parts.Groups["user"].Value
            ? (url, null)
            : (null, "The URL cannot be read.");
    }

    private static string? CheckPort(Group port) =>
        !port.Success
        || (ushort.TryParse(port.Value, CultureInfo.InvariantCulture, out var number) && WebhookPorts.Allow(number))
            ? null
            : "The port is 80, 443, or one from 1024 to 65535 that is not known for something other than HTTP.";

    /// <summary>Decodes to text that means the same to everybody, and to one name before the first colon.</summary>
    private static bool IsCredential(string text)
    {
        var decoded = Uri.UnescapeDataString(text);
        return Credential().IsMatch(text) && !decoded.Any(c => char.IsControl(c) || c == '\ufffd' || c == '%')
            && !Uri.UnescapeDataString(text.Split(':')[0]).Contains(':', StringComparison.Ordinal);
    }

    [GeneratedRegex(
        @"\A(?<scheme>https?)://((?<user>[^/?@]*)@)?(?<host>\[[^\]/?@]*\]|[^/?@:\[\]]+)(:(?<port>[1-9][0-9]{0,4}))?"
            + @"(?<rest>[/?].*)?\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Shape();

    // RFC 3986 §3.2.1, with one colon at most.
    [GeneratedRegex(
        @"\A([a-z0-9\-._~!$&'()*+,;=]|%[0-9a-f]{2})+(:([a-z0-9\-._~!$&'()*+,;=]|%[0-9a-f]{2})*)?\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Credential();

    [GeneratedRegex(@"\A([^/]*//[^/?#:@]*:)[^/?#]*@", RegexOptions.CultureInvariant)]
    private static partial Regex Password();
}
