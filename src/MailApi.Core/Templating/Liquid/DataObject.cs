using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Fluid;
using Fluid.Values;

namespace MailApi.Core.Templating.Liquid;

/// <summary>An object of the data. Its members are its own and nothing else; there is no way to anything of .NET.</summary>
internal sealed class DataObject(JsonElement element, string pointer, MissingVariables missing) : FluidValue
{
    // Long texts are cut out of the JSON once, however often they are read.
    private readonly Dictionary<string, FluidValue> _read = [];

    public JsonElement Element => element;

    public override FluidValues Type => FluidValues.Dictionary;

    public override bool Equals(FluidValue? other) => other switch
    {
        DataObject that => JsonElement.DeepEquals(element, that.Element),
        EmptyValue => element.GetPropertyCount() == 0,
        _ => false,
    };

    public override bool Equals(object? obj) => obj is FluidValue value && Equals(value);

    public override int GetHashCode() => pointer.GetHashCode(StringComparison.Ordinal);

    public override bool ToBooleanValue() => true;

    public override decimal ToNumberValue() => 0;

    public override string ToStringValue() => element.GetRawText();

    public override object ToObjectValue() => element;

    public override ValueTask<FluidValue> GetValueAsync(string name, TemplateContext context) => new(Get(name));

    public override ValueTask<FluidValue> GetIndexAsync(FluidValue index, TemplateContext context) =>
        new(index is MissingValue ? index : Get(index.ToStringValue()));

    public override bool Contains(FluidValue value) => element.TryGetProperty(value.ToStringValue(), out _);

    /// <summary>As in Liquid, a loop over an object goes through pairs of name and value.</summary>
    public override IEnumerable<FluidValue> Enumerate(TemplateContext context) => element.EnumerateObject()
        .Select(p => new ArrayValue([StringValue.Create(p.Name), Get(p.Name)]));

    public override ValueTask WriteToAsync(TextWriter writer, TextEncoder encoder, CultureInfo cultureInfo)
    {
        encoder.Encode(writer, element.GetRawText());
        return ValueTask.CompletedTask;
    }

    private FluidValue Get(string name) => _read.TryGetValue(name, out var value) ? value : _read[name] = Read(name);

    private FluidValue Read(string name) =>
        element.TryGetProperty(name, out var member) ? DataValues.Of(member, $"{pointer}/{DataValues.Escape(name)}", missing)
        : name == "size" ? NumberValue.Create(element.GetPropertyCount())
        : new MissingValue($"{pointer}/{DataValues.Escape(name)}", isNull: false, missing);
}
