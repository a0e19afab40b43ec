using System.Text.Json;
using System.Text.RegularExpressions;
using MailApi.Core.Templating.Liquid;
using NJsonSchema;
using NJsonSchema.Validation;

namespace MailApi.Core.Templating;

/// <summary>A JSON Schema that the author of a template gave for its data.</summary>
public sealed class DataSchema
{
    /// <summary>Characters of a schema.</summary>
    public const int MaxLength = 64 << 10;

    private readonly JsonSchema _schema;

    private DataSchema(JsonSchema schema) => _schema = schema;

    /// <summary>Reads a schema. References lead to places within it and nowhere else; nothing is fetched.</summary>
    /// <exception cref="SourceException">It is not one.</exception>
    internal static async Task<DataSchema> ReadAsync(string json, CancellationToken cancellationToken)
    {
        if (json.Length > MaxLength)
        {
            throw new SourceException($"A schema has at most {MaxLength} characters.");
        }

        using (var document = JsonDocument.Parse(json))
        {
            Check(document.RootElement);
        }

        try
        {
            return new DataSchema(await JsonSchema.FromJsonAsync(json, cancellationToken));
        }
        catch (Exception exception) when (exception
            is Newtonsoft.Json.JsonException or InvalidOperationException or ArgumentException or NotSupportedException)
        {
            throw new SourceException("This is not a JSON Schema.");
        }
    }

    /// <summary>Everything in the data that the schema does not allow.</summary>
    internal IEnumerable<TemplateFault> Check(string json)
    {
        ICollection<ValidationError> errors;
        try
        {
            errors = _schema.Validate(json);
        }
        catch (RegexMatchTimeoutException)
        {
            return [new TemplateFault("", "schema_violation", "A pattern of the schema takes too long on this data.")];
        }

        return Flatten(errors).Select(e => new TemplateFault(
            Pointer(e), e.Kind == ValidationErrorKind.PropertyRequired ? "missing_variable" : "schema_violation",
            e.Kind == ValidationErrorKind.PropertyRequired
                ? $"{e.Property} is missing."
                : $"The schema of the template does not allow this ({Words(e.Kind)})."));
    }

    private static void Check(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    if (property is { Name: "$ref", Value.ValueKind: JsonValueKind.String }
                        && !property.Value.GetString()!.StartsWith('#'))
                    {
                        throw new SourceException("A $ref leads to a place within the schema: it begins with #.");
                    }

                    if (property is { Name: "pattern", Value.ValueKind: JsonValueKind.String })
                    {
                        CheckPattern(property.Value.GetString()!);
                    }

                    Check(property.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    Check(item);
                }

                break;
        }
    }

    /// <summary>Patterns that a matcher without backtracking can run cannot run away.</summary>
    private static void CheckPattern(string pattern)
    {
        try
        {
            _ = new Regex(pattern, RegexOptions.NonBacktracking);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new SourceException($"The pattern {pattern} is not a regular expression, or needs backtracking.");
        }
    }

    private static IEnumerable<ValidationError> Flatten(IEnumerable<ValidationError> errors) => errors.SelectMany(
        e => e is ChildSchemaValidationError { Errors.Count: > 0 } child && child.Errors.Values.Any(v => v.Count > 0)
            ? Flatten(child.Errors.Values.SelectMany(v => v))
            : [e]);

    /// <summary><c>#/items[0].price</c> → <c>/items/0/price</c>.</summary>
    private static string Pointer(ValidationError error)
    {
        var path = (error.Path ?? "").TrimStart('#').TrimStart('/');
        if (path.Length == 0)
        {
            return "";
        }

        var steps = path.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal)
            .Split('.', StringSplitOptions.RemoveEmptyEntries);
        return string.Concat(steps.Select(s => $"/{DataValues.Escape(s)}"));
    }

    private static string Words(ValidationErrorKind kind) =>
        JsonNamingPolicy.SnakeCaseLower.ConvertName($"{kind}").Replace('_', ' ');
}
