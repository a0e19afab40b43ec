using System.Diagnostics;

namespace MailApi.Core.Telemetry;

/// <summary>
/// Spans around what takes time: accept, commit, attempt, webhook, job. They hold ids, relays and codes; neither
/// addresses nor secrets. Without a listener there is no span.
/// </summary>
public static class MailTraces
{
    /// <summary>Under this name the spans are listened to.</summary>
    public const string Name = "MailApi";

    private static readonly ActivitySource Source = new(Name);

    public static Activity? Start(string name) => Source.StartActivity(name);

    /// <summary>A span of its own trace: work on behalf of many.</summary>
    public static Activity? StartRoot(string name, ActivityKind kind = ActivityKind.Internal)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        Activity.Current = null;
        return Source.StartActivity(name, kind);
    }

    public static void Fail(this Activity? span, string why) => span?.SetStatus(ActivityStatusCode.Error, why);
}
