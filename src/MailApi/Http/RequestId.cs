using MailApi.Core.Domain;

namespace MailApi.Http;

/// <summary>Every answer bears <c>X-Request-Id</c>: the caller's own when it is a plain word, else a new one.</summary>
internal static class RequestId
{
    public const string Header = "X-Request-Id";
    private const int MaxLength = 128;

    public static void UseRequestId(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var given = context.Request.Headers[Header].ToString();
        var id = IsPlain(given) ? given : Crockford32.Encode(UuidV7.Create(TimeProvider.System.GetUtcNow()));
        context.TraceIdentifier = id;
        context.Response.Headers[Header] = id;
        context.Response.OnStarting(
            static state =>
            {
                // The exception handler clears what was set before it.
                var context = (HttpContext)state;
                context.Response.Headers[Header] = context.TraceIdentifier;
                return Task.CompletedTask;
            },
            context);
        return next(context);
    });

    public static string Of(HttpContext context) => context.TraceIdentifier;

    private static bool IsPlain(string text) =>
        text.Length is > 0 and <= MaxLength && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
