using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MailApi.Http;

/// <summary>Says what is wrong with a body that cannot be bound. The serializer tells kinds apart by its words alone.</summary>
internal static class JsonProblems
{
    public static ProblemHttpResult Of(JsonException exception)
    {
        var (code, detail) = Kind(exception);
        var pointer = Pointers.OfJsonPath(JsonSteps.PathOf(exception));
        if (code is "unknown_field" or "duplicate_field" && Quoted(exception.Message) is { } name
            && !pointer.EndsWith($"/{name}", StringComparison.Ordinal))
        {
            pointer = $"{pointer}/{name}";
        }

        return Problems.BadRequest(code, detail, [new FieldError(pointer, code, detail)]);
    }

    private static (string Code, string Detail) Kind(JsonException exception)
    {
        var message = exception.Message;
        return exception.InnerException switch
        {
            _ when message.Contains("could not be mapped", StringComparison.Ordinal) =>
                ("unknown_field", $"There is no field '{Quoted(message)}' here."),
            _ when message.StartsWith("Duplicate property", StringComparison.Ordinal) =>
                ("duplicate_field", $"The field '{Quoted(message)}' is given twice."),
            _ when message.Contains("missing required properties", StringComparison.Ordinal) =>
                ("missing_field", $"Required fields are missing: {Missing(message)}."),
            _ when exception.GetBaseException().GetType().Name == "JsonReaderException"
                || message.Contains("does not contain any JSON tokens", StringComparison.Ordinal) =>
                ("invalid_json", "The body is not JSON."),
            _ => ("wrong_type", message.StartsWith("The JSON value could not", StringComparison.Ordinal)
                || message.StartsWith("The property or field", StringComparison.Ordinal)
                || message.StartsWith("The constructor parameter", StringComparison.Ordinal)
                    ? "The value has another type than this field takes." : FirstSentence(message)),
        };
    }

    private static string? Quoted(string message) => message.Split('\'') is { Length: >= 3 } parts ? parts[1] : null;

    private static string Missing(string message) =>
        message[(message.IndexOf("including:", StringComparison.Ordinal) + 10)..].Split(". Path")[0].Trim(' ', '.');

    private static string FirstSentence(string message) => message.Split(" Path:")[0];
}
