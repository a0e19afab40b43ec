using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Fluid;
using Fluid.Values;
using TimeZoneConverter;

namespace MailApi.Core.Templating.Liquid;

/// <summary>The filters of the language: those of Liquid that mail can use, and those that mail needs besides.</summary>
internal static class MailFilters
{
    private static readonly string[] FromFluid =
    [
        "join", "first", "last", "concat", "map", "reverse", "size", "sort", "sort_natural", "uniq", "where", "reject", "find",
        "find_index", "has", "compact", "append", "prepend", "capitalize", "downcase", "upcase", "strip", "lstrip", "rstrip",
        "strip_newlines", "strip_html", "remove", "remove_first", "remove_last", "replace", "replace_first", "replace_last",
        "slice", "split", "truncate", "truncatewords", "abs", "at_least", "at_most", "ceil", "floor", "round", "divided_by",
        "minus", "modulo", "plus", "times", "default", "raw", "escape", "escape_once", "url_encode", "url_decode",
        "base64_encode", "base64_decode", "time_zone",
    ];

    private static readonly string[] SafeSchemes = ["http", "https", "mailto", "tel", "sms", "cid"];

    private static readonly HashSet<string> Known = [];

    public static bool IsKnown(string name) => Known.Contains(name);

    public static TemplateOptions Configure(TemplateOptions options)
    {
        var filters = new Dictionary<string, FilterDelegate>();
        foreach (var (name, filter) in options.Filters)
        {
            filters[name] = filter;
        }

        options.Filters.Clear();
        foreach (var name in FromFluid)
        {
            Add(options, name, filters[name]);
        }

        var date = filters["date"];
        var zone = filters["time_zone"];
        Add(options, "date", (input, arguments, context) => DateAsync(date, zone, input, arguments, context));
        Add(options, "json", Json);
        Add(options, "money", Money);
        Add(options, "newline_to_br", NewlineToBreak);
        Add(options, "number", Number);
        Add(options, "pluralize", Pluralize);
        Add(options, "safe_url", SafeUrl);
        Add(options, "sum", SumAsync);
        return options;
    }

    private static void Add(TemplateOptions options, string name, FilterDelegate filter)
    {
        Known.Add(name);
        options.Filters.AddFilter(name, FilterGuard.Around(name, filter));
    }

    /// <summary><c>{{ at | date: "%d %B %Y", "Europe/Berlin" }}</c>; without a zone in that of the time itself.</summary>
    private static async ValueTask<FluidValue> DateAsync(
        FilterDelegate date, FilterDelegate zone, FluidValue input, FilterArguments arguments, TemplateContext context)
    {
        if (arguments.Count > 1)
        {
            var name = arguments.At(1).ToStringValue();
            if (!TZConvert.TryGetTimeZoneInfo(name, out _))
            {
                throw new FilterValueException($"{name} is not a time zone such as Europe/Berlin.");
            }

            input = await zone(input, new FilterArguments([arguments.At(1)]), context);
        }

        return await date(input, new FilterArguments([arguments.At(0)]), context);
    }

    private static ValueTask<FluidValue> Json(FluidValue input, FilterArguments arguments, TemplateContext context)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(writer, input);
        }

        return new(StringValue.Create(System.Text.Encoding.UTF8.GetString(stream.ToArray())));
    }

    private static void Write(Utf8JsonWriter writer, FluidValue value)
    {
        switch (value)
        {
            case DataObject data:
                data.Element.WriteTo(writer);
                break;
            case not null when DataValues.Items(value) is { } items:
                writer.WriteStartArray();
                foreach (var item in items)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case NumberValue:
                writer.WriteNumberValue(value.ToNumberValue());
                break;
            case BooleanValue:
                writer.WriteBooleanValue(value.ToBooleanValue());
                break;
            case not null when value.IsNil() || value is MissingValue:
                writer.WriteNullValue();
                break;
            default:
                writer.WriteStringValue(value!.ToStringValue());
                break;
        }
    }

    /// <summary><c>{{ 12.5 | money: "EUR" }}</c>: € 12.50, or 12,50 € in German.</summary>
    private static ValueTask<FluidValue> Money(FluidValue input, FilterArguments arguments, TemplateContext context)
    {
        var code = arguments.At(0).ToStringValue();
        if (Currencies.Format(ToNumber(input), code, context.CultureInfo) is not { } text)
        {
            throw new FilterValueException($"money needs a currency code such as \"EUR\" (ISO 4217), not \"{code}\".");
        }

        return new(StringValue.Create(text));
    }

    /// <summary><c>{{ 1234.5 | number: 2 }}</c>: 1,234.50; without an argument as many decimals as there are.</summary>
    private static ValueTask<FluidValue> Number(FluidValue input, FilterArguments arguments, TemplateContext context)
    {
        var number = ToNumber(input);
        var decimals = arguments.Count > 0 ? (int)arguments.At(0).ToNumberValue() : Math.Min(number.Scale, (byte)10);
        if (decimals is < 0 or > 10)
        {
            throw new FilterValueException("number takes 0 to 10 decimals.");
        }

        return new(StringValue.Create(number.ToString($"N{decimals}", context.CultureInfo)));
    }

    /// <summary><c>{{ count | pluralize: "item", "items" }}</c>: the word alone.</summary>
    private static ValueTask<FluidValue> Pluralize(FluidValue input, FilterArguments arguments, TemplateContext context)
    {
        var number = DataValues.Items(input)?.Count ?? ToNumber(input);
        return new(Math.Abs(number) == 1 ? arguments.At(0) : arguments.At(1));
    }

    /// <summary>Line breaks as <c>&lt;br&gt;</c> in HTML, everything else escaped; in text they stay what they are.</summary>
    private static ValueTask<FluidValue> NewlineToBreak(FluidValue input, FilterArguments arguments, TemplateContext context)
    {
        if (RenderContext.Of(context).Part != TemplatePart.Html)
        {
            return new(input);
        }

        var lines = input.ToStringValue().ReplaceLineEndings("\n").Split('\n');
        var escape = input is StringValue { Encode: true };
        var html = string.Join("<br>\n", lines.Select(l => escape ? HtmlText.Encoder.Encode(l) : l));
        return new(new StringValue(html, encode: false));
    }

    /// <summary>Refuses addresses that would run code; the compiler puts it where an address begins.</summary>
    private static ValueTask<FluidValue> SafeUrl(FluidValue input, FilterArguments arguments, TemplateContext context)
    {
        var url = string.Concat(input.ToStringValue().Where(c => c > ' '));
        var colon = url.IndexOf(':', StringComparison.Ordinal);
        var end = url.AsSpan().IndexOfAny("/?#");
        var hasScheme = colon >= 0 && (end < 0 || colon < end);
        if (hasScheme && !SafeSchemes.Contains(url[..colon], StringComparer.OrdinalIgnoreCase))
        {
            throw new FilterValueException($"An address may begin with {string.Join(", ", SafeSchemes)}, and with no other scheme.");
        }

        return new(input);
    }

    /// <summary>The sum of numbers, or of a member of objects: <c>{{ items | sum: "price" }}</c>.</summary>
    private static async ValueTask<FluidValue> SumAsync(FluidValue input, FilterArguments arguments, TemplateContext context)
    {
        decimal sum = 0;
        foreach (var item in input.Enumerate(context))
        {
            var value = arguments.Count > 0
                ? await item.GetValueAsync(arguments.At(0).ToStringValue(), context)
                : item;
            (value as MissingValue)?.Note();
            sum += value.ToNumberValue();
        }

        return NumberValue.Create(sum);
    }

    private static decimal ToNumber(FluidValue input) => input switch
    {
        NumberValue => input.ToNumberValue(),
        BaseNilValue => 0,
        StringValue when decimal.TryParse(
            input.ToStringValue(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw new FilterValueException($"\"{Shortened(input.ToStringValue())}\" is not a number."),
    };

    private static string Shortened(string text) => text.Length > 40 ? $"{text[..40]}…" : text;
}

/// <summary>How text becomes HTML: letters of all languages stay readable.</summary>
internal static class HtmlText
{
    public static HtmlEncoder Encoder { get; } = HtmlEncoder.Create(System.Text.Unicode.UnicodeRanges.All);
}
