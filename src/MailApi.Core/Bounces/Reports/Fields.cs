using System.Text;
using MimeKit;
using MimeKit.Utils;

namespace MailApi.Core.Bounces.Reports;

/// <summary>Fields with names, as in a header or a delivery status (RFC 3464 §2.1.1); the first few hundred.</summary>
internal sealed class Fields
{
    private const int MaxFields = 400;
    private const int MaxValue = 8192;

    private readonly List<(string Name, StringBuilder Value)> _fields = [];

    public int Count => _fields.Count;

    public IEnumerable<KeyValuePair<string, string>> Entries =>
        _fields.Select(f => KeyValuePair.Create(f.Name, f.Value.ToString()));

    public static Fields Of(HeaderList headers)
    {
        var fields = new Fields();
        foreach (var header in headers)
        {
            if (fields.Count >= MaxFields)
            {
                break;
            }

            // The decoded value of a header is worked out on demand, and that costs; nobody needs a megabyte of it.
            var raw = header.RawValue.Length > MaxValue ? header.RawValue[..MaxValue] : header.RawValue;
            fields.Add(header.Field, Rfc2047.DecodeText(raw));
        }

        return fields;
    }

    /// <summary>Groups of fields with blank lines between them.</summary>
    public static List<Fields> ParseGroups(string text)
    {
        var groups = new List<Fields>();
        var current = new Fields();
        foreach (var line in text.Split('\n'))
        {
            if (line.AsSpan().Trim().IsEmpty)
            {
                current = Close(groups, current);
                continue;
            }

            current.AddLine(line.TrimEnd());
        }

        Close(groups, current);
        return groups;
    }

    /// <summary>True for <c>Name: value</c>.</summary>
    public static bool IsField(ReadOnlySpan<char> line, out int colon)
    {
        colon = line.IndexOf(':');
        return colon is > 0 and < 80 && line[..colon].TrimEnd().IndexOfAnyExceptInRange('!', '~') < 0;
    }

    public string? First(string name)
    {
        foreach (var (field, value) in _fields)
        {
            if (field.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return value.ToString();
            }
        }

        return null;
    }

    public IEnumerable<string> All(string name) =>
        _fields.Where(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(f => f.Value.ToString());

    public bool Has(string name) => First(name) is not null;

    public void Add(string name, string value)
    {
        if (_fields.Count < MaxFields)
        {
            var line = value.Replace('\n', ' ').Replace("\r", "", StringComparison.Ordinal).Trim();
            _fields.Add((name.Trim(), new StringBuilder(line)));
        }
    }

    public void AddLine(string line)
    {
        var trimmed = line.Trim();
        if ((line[0] is ' ' or '\t' && _fields.Count > 0) || !IsField(trimmed, out var colon))
        {
            // Some break a long diagnostic without the indent that would say so.
            Continue(trimmed);
        }
        else
        {
            Add(trimmed[..colon], trimmed[(colon + 1)..]);
        }
    }

    private void Continue(string line)
    {
        if (_fields.Count > 0 && _fields[^1].Value is { Length: < MaxValue } value)
        {
            value.Append(' ').Append(line);
        }
    }

    private static Fields Close(List<Fields> groups, Fields current)
    {
        if (current.Count == 0)
        {
            return current;
        }

        if (groups.Count < MaxFields)
        {
            groups.Add(current);
        }

        return new Fields();
    }
}
