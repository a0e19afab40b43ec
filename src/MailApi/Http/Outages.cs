using MailApi.Core.Data;
using Microsoft.AspNetCore.Http.Features;

namespace MailApi.Http;

/// <summary>
/// Answers 503 while the database is out of reach, to requests that come and to those that already wait for it. A driver
/// that waits for a server that hangs cannot be broken off for many seconds; the caller need not wait with it.
/// </summary>
internal static partial class Outages
{
    private const string Away =
        "The database is out of reach. Try again in a second, with the same Idempotency-Key where something is sent.";

    public static void UseOutages(this IApplicationBuilder app) => app.Use((context, next) =>
        context.Request.Path.StartsWithSegments("/v1") ? HandleAsync(context, next) : next(context));

    private static async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        var watch = context.RequestServices.GetRequiredService<DatabaseWatch>();
        var lost = watch.Lost;
        if (lost.IsCompleted)
        {
            await Problems.Unavailable(Away).ExecuteAsync(context);
            return;
        }

        if (!watch.CanHang)
        {
            await next(context);
            return;
        }

        // The handler has a context of its own, so that it cannot touch an answer that was given without it.
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var held = new HeldResponse(
            context.Features.GetRequiredFeature<IHttpResponseFeature>(),
            context.Features.GetRequiredFeature<IHttpResponseBodyFeature>());
        var handling = next(ContextOf(context, held, broken.Token));
        if (!handling.IsCompleted && await Task.WhenAny(handling, lost) == lost && held.TryTake())
        {
            await AnswerAsync(context);
            await broken.CancelAsync();
            await LeaveAsync(context, handling);
            return;
        }

        await handling;
        held.Release();
    }

    private static DefaultHttpContext ContextOf(HttpContext context, HeldResponse held, CancellationToken aborted)
    {
        var features = new FeatureCollection(context.Features);
        features.Set<IHttpResponseFeature>(held);
        features.Set<IHttpResponseBodyFeature>(held);
        features.Set<IHttpRequestLifetimeFeature>(
            new Lifetime(context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>(), aborted));
        return new DefaultHttpContext(features);
    }

    /// <summary>The whole answer goes out now; the connection is of no use while the handler still hangs on it.</summary>
    private static async Task AnswerAsync(HttpContext context)
    {
        if (HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            context.Response.Headers.Connection = "close";
        }

        await Problems.Unavailable(Away).ExecuteAsync(context);
        await context.Response.CompleteAsync();
    }

    /// <summary>What the handler uses belongs to the request, which therefore ends after it.</summary>
    private static async Task LeaveAsync(HttpContext context, Task handling)
    {
        await handling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var logger = context.RequestServices.GetRequiredService<ILogger<DatabaseWatch>>();
        Log.Left(logger, handling.Exception?.InnerException, RequestId.Of(context));
    }

    private sealed class Lifetime(IHttpRequestLifetimeFeature outer, CancellationToken aborted) : IHttpRequestLifetimeFeature
    {
        public CancellationToken RequestAborted { get; set; } = aborted;

        public void Abort() => outer.Abort();
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Request {RequestId} was answered 503 before the database let go of it")]
        public static partial void Left(ILogger logger, Exception? exception, string requestId);
    }
}
