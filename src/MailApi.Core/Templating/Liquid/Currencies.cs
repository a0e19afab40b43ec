using System.Globalization;
using System.Text;

namespace MailApi.Core.Templating.Liquid;

/// <summary>Amounts of money as the readers of a locale write them.</summary>
internal static class Currencies
{
    private static readonly Lazy<Dictionary<string, (string Symbol, int Decimals)>> Known = new(Read);

    /// <summary>Null when there is no such currency.</summary>
    public static string? Format(decimal amount, string code, CultureInfo culture)
    {
        if (!Known.Value.TryGetValue(code, out var currency))
        {
            return null;
        }

        var format = (NumberFormatInfo)culture.NumberFormat.Clone();
        format.CurrencySymbol = currency.Symbol;
        format.CurrencyDecimalDigits = currency.Decimals;
        if (culture.Name.Length == 0)
        {
            // The invariant culture puts negative amounts in parentheses.
            format.CurrencyNegativePattern = 1;
        }

        // An amount and its currency stay on one line.
        return amount.ToString("C", format).Replace(' ', '\u00a0');
    }

    /// <summary>The symbol a currency has where it is used; the shortest where countries differ.</summary>
    private static Dictionary<string, (string Symbol, int Decimals)> Read()
    {
        var known = new Dictionary<string, (string Symbol, int Decimals)>();
        foreach (var culture in CultureInfo.GetCultures(CultureTypes.SpecificCultures))
        {
            var code = new RegionInfo(culture.Name).ISOCurrencySymbol;
            var symbol = culture.NumberFormat.CurrencySymbol.Normalize(NormalizationForm.FormKC);
            var found = (CurrencySymbol: symbol, culture.NumberFormat.CurrencyDecimalDigits);
            if (code.Length == 3 && (!known.TryGetValue(code, out var other) || found.CurrencySymbol.Length < other.Symbol.Length))
            {
                known[code] = found;
            }
        }

        return known;
    }
}
