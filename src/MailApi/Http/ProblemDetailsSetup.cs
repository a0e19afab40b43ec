using System.Data.Common;
using System.Text.Json;
using MailApi.Core.Telemetry;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;

namespace MailApi.Http;

/// <summary>Makes every error of the framework and every exception a problem like the others.</summary>
internal static class ProblemDetailsSetup
{
    public static void AddProblems(this IServiceCollection services)
    {
        services.AddProblemDetails(o => o.CustomizeProblemDetails = context => Complete(context.HttpContext, context.ProblemDetails));
        services.AddExceptionHandler<ExceptionProblems>();
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
    }

    /// <summary>Adds what every problem has.</summary>
    private static void Complete(HttpContext context, ProblemDetails problem)
    {
        var status = problem.Status ?? context.Response.StatusCode;
        problem.Status = status;
        problem.Title = ReasonPhrases.GetReasonPhrase(status);
        problem.Instance = context.Request.Path;
        // The framework's own id, under whichever name the serializer's policy gives it; ours is the request's.
        problem.Extensions.Remove("traceId");
        problem.Extensions.Remove("trace_id");
        if (!problem.Extensions.TryGetValue("code", out var code))
        {
            (code, var detail) = Framework(status);
            problem.Extensions["code"] = code;
            problem.Detail ??= detail;
        }

        problem.Type = $"{ErrorPage.Path}#{code}";
        MailMeter.RequestRefused($"{code}");
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = "1";
        }

        problem.Extensions["request_id"] = RequestId.Of(context);
    }

    private static (string Code, string Detail) Framework(int status) => status switch
    {
        404 => ("not_found", "There is nothing at this address; see /docs."),
        405 => ("method_not_allowed", "This address does not take this method; see Allow."),
        413 => ("body_too_large", "The body is larger than this service takes."),
        415 => ("unsupported_media_type", "Send the body as application/json."),
        _ => status >= 500 ? ("internal_error", "The service failed; its log tells more.") : ("bad_request", "The request cannot be read."),
    };
}

/// <summary>Turns exceptions into problems: what cannot be bound is the caller's, the rest is ours.</summary>
internal sealed partial class ExceptionProblems(ILogger<ExceptionProblems> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(
        HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var result = exception switch
        {
            BadHttpRequestException { StatusCode: 413 } => Problems.Of(413, "body_too_large", "The body is larger than this service takes."),
            BadHttpRequestException { StatusCode: 415 } => Problems.Of(415, "unsupported_media_type", "Send the body as application/json."),
            BadHttpRequestException { InnerException: JsonException json } => JsonProblems.Of(json),
            BadHttpRequestException bad => Bad(bad),
            _ when IsOutage(exception) => Problems.Unavailable(
                "The database is out of reach. Try again in a second, with the same Idempotency-Key where something is sent."),
            _ => Problems.Of(500, "internal_error", "The service failed; its log tells more."),
        };
        if (result.StatusCode >= 500)
        {
            Log.Failed(logger, exception, RequestId.Of(httpContext));
        }

        await result.ExecuteAsync(httpContext);
        return true;
    }

    /// <summary>
    /// True when the database, not the statement, is the reason. By SQLSTATE: 08 connections, 57P shutting down or starting,
    /// 25006 a server that only reads, as after a change of roles.
    /// </summary>
    private static bool IsOutage(Exception exception) => exception switch
    {
        TimeoutException => true,
        DbUpdateException { InnerException: { } inner } => IsOutage(inner),
        DbException { IsTransient: true } => true,
        DbException { SqlState: ['0', '8', ..] or ['5', '7', 'P', ..] or "25006" } => true,
        DbException { InnerException: System.Net.Sockets.SocketException or IOException } => true,
        _ => false,
    };

    private static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult Bad(BadHttpRequestException exception) =>
        exception.Message.Contains("body", StringComparison.OrdinalIgnoreCase)
            ? Problems.BadRequest("invalid_json", "A JSON body is expected.")
            : Problems.BadRequest("invalid_parameter", "A value in the address cannot be read.");

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Request {RequestId} failed")]
        public static partial void Failed(ILogger logger, Exception exception, string requestId);
    }
}
