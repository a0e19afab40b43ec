namespace MailApi.Core.Bounces.Reports.Wording;

/// <summary>The lists of <c>report-phrases.txt</c>.</summary>
internal static class ReportPhrases
{
    private static readonly Dictionary<string, string[]> Lists = Load();

    public static readonly string[] Daemon = Lists["daemon"];
    public static readonly string[] FailedSubject = Lists["failed subject"];
    public static readonly string[] FailedText = Lists["failed text"];
    public static readonly string[] DelayedSubject = Lists["delayed subject"];
    public static readonly string[] DelayedText = Lists["delayed text"];
    public static readonly string[] AutoReplySubject = Lists["auto-reply subject"];
    public static readonly string[] ChallengeText = Lists["challenge text"];

    public static readonly string[] Introductions = Lists["before a recipient"];
    public static readonly string[] Roles = Lists["roles"];

    public static bool Any(string[] phrases, string? text) =>
        text is not null && Array.Exists(phrases, p => text.Contains(p, StringComparison.OrdinalIgnoreCase));

    private static Dictionary<string, string[]> Load()
    {
        var lists = new Dictionary<string, List<string>>();
        var current = new List<string>();
        foreach (var line in DataFile.Lines("Reports.Wording.report-phrases.txt"))
        {
            if (line[0] == '[')
            {
                lists[line[1..line.IndexOf(']', StringComparison.Ordinal)]] = current = [];
            }
            else
            {
                current.Add(line);
            }
        }

        return lists.ToDictionary(l => l.Key, l => l.Value.ToArray());
    }
}
