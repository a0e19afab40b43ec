using System.Diagnostics.CodeAnalysis;

namespace MailApi.Core.Domain;

/// <summary>An entity that has an id of its own, shown with a prefix.</summary>
public interface IIdentified
{
    /// <summary>What its ids begin with, without the underscore: <c>msg</c>.</summary>
    static abstract string IdPrefix { get; }
}

/// <summary>
/// The id of a <typeparamref name="T"/>: a UUIDv7 underneath, shown as prefix and 26 characters of Crockford's base32
/// (<c>msg_01jd9zt6x7f8k9m2n3p4q5r6s7</c>). The bare UUID is understood too.
/// </summary>
public readonly record struct Id<T>(Guid Value) : IComparable<Id<T>>, IParsable<Id<T>>
    where T : IIdentified
{
    /// <summary>A new id, greater than every one this process made before.</summary>
    public static Id<T> New(DateTimeOffset now) => new(UuidV7.Create(now));

    /// <summary>No id that was made at that time, or later, is smaller.</summary>
    public static Id<T> LeastAt(DateTimeOffset time) => new(UuidV7.LeastAt(time));

    /// <summary>The 26 characters without the prefix.</summary>
    public string Bare => Crockford32.Encode(Value);

    public int CompareTo(Id<T> other) => Value.CompareTo(other.Value);

    public static bool operator <(Id<T> left, Id<T> right) => left.CompareTo(right) < 0;

    public static bool operator >(Id<T> left, Id<T> right) => left.CompareTo(right) > 0;

    public static bool operator <=(Id<T> left, Id<T> right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Id<T> left, Id<T> right) => left.CompareTo(right) >= 0;

    public override string ToString() => $"{T.IdPrefix}_{Bare}";

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Id<T> result)
    {
        result = default;
        var prefix = T.IdPrefix;
        if (s is null)
        {
            return false;
        }

        if (s.Length == prefix.Length + 27 && s.StartsWith(prefix, StringComparison.Ordinal) && s[prefix.Length] == '_'
            && Crockford32.TryDecode(s.AsSpan(prefix.Length + 1), out var value))
        {
            result = new Id<T>(value);
            return true;
        }

        if (Guid.TryParseExact(s, "D", out value))
        {
            result = new Id<T>(value);
            return true;
        }

        return false;
    }

    public static Id<T> Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"Not an id of the form {T.IdPrefix}_….");
}
