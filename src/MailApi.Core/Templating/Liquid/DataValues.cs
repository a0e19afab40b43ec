using System.Globalization;
using System.Text.Json;
using Fluid.Values;

namespace MailApi.Core.Templating.Liquid;

/// <summary>Shows JSON to templates: every value knows where it stands, so that what is missing can be named.</summary>
internal static class DataValues
{
    public static FluidValue Of(JsonElement element, string pointer, MissingVariables missing) => element.ValueKind switch
    {
        JsonValueKind.Object => new DataObject(element, pointer, missing),
        JsonValueKind.Array => new DataArray(
            [.. element.EnumerateArray().Select((e, i) => Of(e, $"{pointer}/{i}", missing))], pointer, missing),
        JsonValueKind.String => StringValue.Create(element.GetString()!),
        JsonValueKind.Number => Number(element),
        JsonValueKind.True => BooleanValue.True,
        JsonValueKind.False => BooleanValue.False,
        _ => new MissingValue(pointer, isNull: true, missing),
    };

    /// <summary>The elements of a list, from the data or made by a filter; null for anything else.</summary>
    public static IReadOnlyList<FluidValue>? Items(FluidValue value) => value switch
    {
        DataArray data => data.Values,
        ArrayValue made => made.Values,
        _ => null,
    };

    /// <summary>A name as a step of a JSON pointer (RFC 6901 §3).</summary>
    public static string Escape(string step) =>
        step.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>Exact as far as a decimal goes, 28 digits; what does not fit one is shown as it was written.</summary>
    private static FluidValue Number(JsonElement element) =>
        decimal.TryParse(element.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? NumberValue.Create(number)
            : StringValue.Create(element.GetRawText());
}
