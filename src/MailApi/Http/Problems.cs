using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace MailApi.Http;

/// <summary>All problems the service answers with (RFC 9457), one method each.</summary>
internal static class Problems
{
    public static ProblemHttpResult NotFound(string noun) =>
        Of(404, "not_found", $"There is no such {noun} in this project.");

    public static ProblemHttpResult Gone(string code, string detail) => Of(410, code, detail);

    public static ProblemHttpResult Conflict(string code, string detail) => Of(409, code, detail);

    public static ProblemHttpResult Invalid(IReadOnlyList<FieldError> errors) => Of(
        422, "validation_failed", errors.Count == 1 ? errors[0].Detail : $"{errors.Count} things are wrong; see errors.", errors);

    public static ProblemHttpResult Unprocessable(
        string code, string detail, IReadOnlyList<FieldError>? errors = null) => Of(422, code, detail, errors);

    public static ProblemHttpResult BadRequest(
        string code, string detail, IReadOnlyList<FieldError>? errors = null) => Of(400, code, detail, errors);

    public static ProblemHttpResult InvalidParameter(string name, string detail) =>
        BadRequest("invalid_parameter", detail, [new FieldError(name, "invalid_parameter", detail)]);

    public static ProblemHttpResult Unauthorized(string code, string detail) => Of(401, code, detail);

    public static ProblemHttpResult Forbidden(string code, string detail) => Of(403, code, detail);

    public static ProblemHttpResult TooManyRequests() =>
        Of(429, "rate_limited", "This key has used up its requests for now; Retry-After says when there are more.");

    public static ProblemHttpResult Unavailable(string detail) => Of(503, "unavailable", detail);

    public static ProblemHttpResult Of(int status, string code, string detail, IReadOnlyList<FieldError>? errors = null)
    {
        var problem = new ProblemDetails { Status = status, Detail = detail, Type = $"{ErrorPage.Path}#{code}" };
        problem.Extensions["code"] = code;
        if (errors is { Count: > 0 })
        {
            problem.Extensions["errors"] = errors;
        }

        return TypedResults.Problem(problem);
    }
}
