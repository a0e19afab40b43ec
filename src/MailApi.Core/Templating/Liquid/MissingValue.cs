using System.Globalization;
using System.Text.Encodings.Web;
using Fluid;
using Fluid.Values;

namespace MailApi.Core.Templating.Liquid;

/// <summary>
/// A variable that the data does not have, or has as null. In a condition it is false and <c>default</c> replaces it;
/// wherever it would show as a blank it is noted as missing.
/// </summary>
internal sealed class MissingValue(
    string pointer, bool isNull, MissingVariables missing, MissingValue? also = null) : FluidValue
{
    public override FluidValues Type => FluidValues.Nil;

    /// <summary>It is about to be shown.</summary>
    public void Note()
    {
        missing.Add(pointer, isNull);
        also?.Note();
    }

    /// <summary>False, so that members of what is missing are asked for and named in full.</summary>
    public override bool IsNil() => false;

    public override bool Equals(FluidValue? other) =>
        other is null or MissingValue || other.IsNil() || other is EmptyValue or BlankValue;

    public override bool Equals(object? obj) => obj is FluidValue value && Equals(value);

    public override int GetHashCode() => 0;

    public override bool ToBooleanValue() => false;

    public override decimal ToNumberValue() => 0;

    public override string ToStringValue() => "";

    public override object? ToObjectValue() => null;

    public override ValueTask<FluidValue> GetValueAsync(string name, TemplateContext context) =>
        new(new MissingValue($"{pointer}/{DataValues.Escape(name)}", isNull: false, missing));

    public override ValueTask<FluidValue> GetIndexAsync(FluidValue index, TemplateContext context) =>
        index is MissingValue key
            ? new(new MissingValue(pointer, isNull, missing, key))
            : GetValueAsync(index.ToStringValue(), context);

    public override ValueTask WriteToAsync(TextWriter writer, TextEncoder encoder, CultureInfo cultureInfo)
    {
        Note();
        return ValueTask.CompletedTask;
    }

    public override IEnumerable<FluidValue> Enumerate(TemplateContext context)
    {
        Note();
        return [];
    }
}
