using Fluid;
using Fluid.Values;

namespace MailApi.Core.Templating.Liquid;

/// <summary>A filter was given a value that it cannot use; the sentence says why.</summary>
internal sealed class FilterValueException(string message) : Exception(message);

/// <summary>
/// Stands before every filter: counts its work, notes what is missing, and refuses what would grow beyond all bounds before
/// it grows. A value that a filter cannot use is noted too, and does not keep what comes after from being noted.
/// </summary>
internal static class FilterGuard
{
    private const int MaxFormat = 256;

    public static FilterDelegate Around(string name, FilterDelegate filter) => (input, arguments, context) =>
    {
        RenderContext.Of(context).Budget.Work(Weight(input));
        if (input is MissingValue missing)
        {
            if (name == "default")
            {
                return new(arguments.At(0));
            }

            missing.Note();
        }

        var lacks = input is MissingValue;
        for (var i = 0; i < arguments.Count; i++)
        {
            (arguments.At(i) as MissingValue)?.Note();
            lacks |= arguments.At(i) is MissingValue;
        }

        if (lacks)
        {
            return new(NilValue.Instance);
        }

        Precheck(name, input, arguments);
        input = input is DataArray list ? new ArrayValue(list.Values) : input;
        return RunAsync(name, filter, input, arguments, context);
    };

    private static async ValueTask<FluidValue> RunAsync(
        string name, FilterDelegate filter, FluidValue input, FilterArguments arguments, TemplateContext context)
    {
        FluidValue result;
        try
        {
            result = await filter(input, arguments, context);
        }
        catch (Exception exception) when (exception
            is FilterValueException
            or ArithmeticException or ArgumentException or FormatException or InvalidCastException or InvalidOperationException)
        {
            RenderContext.Of(context).Refuse(exception is FilterValueException
                ? exception.Message
                : $"The filter {name} cannot be used on this value.");
            return NilValue.Instance;
        }

        if (result is StringValue text)
        {
            RenderBudget.CheckValue(text.ToStringValue().Length);
        }
        else if (DataValues.Items(result) is { } items)
        {
            RenderBudget.CheckItems(items.Count);
        }

        return result;
    }

    /// <summary>A list is sorted, joined, searched: each element counts as a long word.</summary>
    private static int Weight(FluidValue input) => input is StringValue text
        ? text.ToStringValue().Length
        : (DataValues.Items(input)?.Count ?? 0) * 64;

    /// <summary>The filters whose result can be far larger than what they are given.</summary>
    private static void Precheck(string name, FluidValue input, FilterArguments arguments)
    {
        switch (name)
        {
            case "append" or "prepend":
                RenderBudget.CheckValue((long)Length(input) + Length(arguments.At(0)));
                break;
            case "replace":
                CheckReplace(input.ToStringValue(), arguments.At(0).ToStringValue(), Length(arguments.At(1)));
                break;
            case "split":
                CheckSplit(input.ToStringValue(), arguments.At(0).ToStringValue());
                break;
            case "join" when DataValues.Items(input) is { } items:
                NoteMissing(items);
                var separators = (long)items.Count * (arguments.Count > 0 ? Length(arguments.At(0)) : 1);
                RenderBudget.CheckValue(separators + items.Sum(v => (long)Length(v)));
                break;
            case "concat" when DataValues.Items(input) is { } items && DataValues.Items(arguments.At(0)) is { } others:
                RenderBudget.CheckItems((long)items.Count + others.Count);
                break;
            case "date" when Length(arguments.At(0)) > MaxFormat:
                throw new RenderLimitException($"The format of a date has at most {MaxFormat} characters.");
        }
    }

    private static void CheckReplace(string text, string old, int replacement)
    {
        var times = old.Length == 0 ? text.Length + 1 : text.AsSpan().Count(old);
        RenderBudget.CheckValue(text.Length + ((long)times * Math.Max(0, replacement - old.Length)));
    }

    private static void CheckSplit(string text, string separator) =>
        RenderBudget.CheckItems(separator.Length == 0 ? text.Length : text.AsSpan().Count(separator));

    private static void NoteMissing(IReadOnlyList<FluidValue> items)
    {
        foreach (var value in items.OfType<MissingValue>())
        {
            value.Note();
        }
    }

    private static int Length(FluidValue value) => value is StringValue text ? text.ToStringValue().Length : 64;
}
