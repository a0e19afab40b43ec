namespace MailApi.Core.Domain;

/// <summary>Patterns of event types: a type, <c>message.*</c> for all of a family, <c>*</c> for all.</summary>
public static class EventPattern
{
    private const string Any = "*";

    /// <summary>True when the pattern can match an event that exists.</summary>
    public static bool IsKnown(string pattern) => EventTypes.All.Any(type => Matches(pattern, type));

    public static bool Matches(string pattern, string type) =>
        pattern == type || pattern == Any
        || (pattern.EndsWith(".*", StringComparison.Ordinal) && type.StartsWith(pattern[..^1], StringComparison.Ordinal));

    public static bool MatchesAny(IReadOnlyList<string> patterns, string type)
    {
        foreach (var pattern in patterns)
        {
            if (Matches(pattern, type))
            {
                return true;
            }
        }

        return false;
    }
}
