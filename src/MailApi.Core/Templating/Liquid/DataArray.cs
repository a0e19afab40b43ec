using System.Globalization;
using System.Text.Encodings.Web;
using Fluid;
using Fluid.Values;

namespace MailApi.Core.Templating.Liquid;

/// <summary>A list of the data. An element beyond its end is missing, and not a blank.</summary>
internal sealed class DataArray(IReadOnlyList<FluidValue> values, string pointer, MissingVariables missing) : FluidValue
{
    public IReadOnlyList<FluidValue> Values => values;

    public override FluidValues Type => FluidValues.Array;

    public override bool Equals(FluidValue? other) => other switch
    {
        EmptyValue => values.Count == 0,
        not null when DataValues.Items(other) is { } items => values.SequenceEqual(items),
        _ => false,
    };

    public override bool Equals(object? obj) => obj is FluidValue value && Equals(value);

    public override int GetHashCode() => values.Count;

    public override bool ToBooleanValue() => true;

    public override decimal ToNumberValue() => 0;

    public override string ToStringValue() => string.Concat(values.Select(v => v.ToStringValue()));

    public override object ToObjectValue() => values.Select(v => v.ToObjectValue()).ToArray();

    public override bool Contains(FluidValue value) => values.Contains(value);

    public override IEnumerable<FluidValue> Enumerate(TemplateContext context) => values;

    public override ValueTask<FluidValue> GetValueAsync(string name, TemplateContext context) => new(name switch
    {
        "size" => NumberValue.Create(values.Count),
        "first" => At(0, name),
        "last" => At(values.Count - 1, name),
        _ => new MissingValue($"{pointer}/{DataValues.Escape(name)}", isNull: false, missing),
    });

    /// <summary>As in Liquid, negative numbers count from the end.</summary>
    public override ValueTask<FluidValue> GetIndexAsync(FluidValue index, TemplateContext context)
    {
        if (index is MissingValue)
        {
            return new(index);
        }

        var number = index.Type == FluidValues.Number ? index.ToNumberValue() : decimal.MaxValue;
        var wanted = number < 0 ? number + values.Count : number;
        return new(At(wanted >= 0 && wanted < values.Count ? (int)wanted : -1, index.ToStringValue()));
    }

    public override async ValueTask WriteToAsync(TextWriter writer, TextEncoder encoder, CultureInfo cultureInfo)
    {
        foreach (var value in values)
        {
            await value.WriteToAsync(writer, encoder, cultureInfo);
        }
    }

    private FluidValue At(int index, string name) => index >= 0 && index < values.Count
        ? values[index]
        : new MissingValue($"{pointer}/{DataValues.Escape(name)}", isNull: false, missing);
}
