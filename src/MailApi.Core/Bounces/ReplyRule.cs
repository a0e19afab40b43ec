using MailApi.Core.Domain;

namespace MailApi.Core.Bounces;

/// <summary>Replies that contain one of the phrases, in any case of letters, get the verdict.</summary>
internal sealed record ReplyRule(BounceClass Class, BounceCategory Category, params string[] Phrases)
{
    public Bounce Verdict => new(Class, Category);

    public bool Matches(string text) =>
        Array.Exists(Phrases, p => text.Contains(p, StringComparison.OrdinalIgnoreCase));
}
