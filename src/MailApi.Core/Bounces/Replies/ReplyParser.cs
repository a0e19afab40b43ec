using System.Globalization;
using MailApi.Core.Domain;

namespace MailApi.Core.Bounces.Replies;

/// <summary>Takes a reply apart that stands alone, as in a log.</summary>
public static class ReplyParser
{
    /// <summary>Null when the text has neither a reply code nor an enhanced code of a refusal.</summary>
    public static SmtpReply? Parse(string text)
    {
        var line = text.Trim();
        var hasCode = line.Length >= 3 && line[0] is '4' or '5' && (line.Length == 3 || line[3] is ' ' or '-')
            && line.AsSpan(0, 3).IndexOfAnyExceptInRange('0', '9') < 0;
        var code = hasCode ? int.Parse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture) : 0;
        var enhanced = EnhancedStatusCode.TryFind(line, out var found) && found[0] != '2' ? found : null;
        return hasCode || enhanced is not null ? new SmtpReply(code, enhanced, line) : null;
    }
}
