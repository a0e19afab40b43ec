using System.Text;
using System.Text.Json;
using FluentValidation;
using FluentValidation.Results;

namespace MailApi.Http;

/// <summary>What the data for a template must be.</summary>
internal static class TemplateDataRules
{
    /// <summary>An object of a bounded size whose texts are texts.</summary>
    public static void TemplateData<T>(this IRuleBuilderInitial<T, JsonElement?> rule, MessageLimits limits) =>
        rule.Custom((data, context) =>
        {
            var (code, detail) = data switch
            {
                null => ("", ""),
                { ValueKind: not JsonValueKind.Object } => ("wrong_type", "data is an object: {\"name\": \"Ann\"}."),
                { } given when Encoding.UTF8.GetByteCount(given.GetRawText()) > limits.TemplateData =>
                    ("too_long", $"The data has at most {limits.TemplateData} bytes."),
                { } given when !IsText(given) => ("invalid_character", "The data has half a character (a lone surrogate)."),
                _ => ("", ""),
            };
            if (code.Length > 0)
            {
                context.AddFailure(new ValidationFailure(context.PropertyPath, detail) { ErrorCode = code });
            }
        });

    /// <summary>JSON can write half a surrogate pair (RFC 8259 §8.2); no text can be made of it.</summary>
    private static bool IsText(JsonElement data)
    {
        if (!data.GetRawText().Contains("\\u", StringComparison.Ordinal))
        {
            return true;
        }

        try
        {
            Read(data);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static void Read(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                _ = element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    Read(item);
                }

                break;
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    _ = property.Name;
                    Read(property.Value);
                }

                break;
        }
    }
}
