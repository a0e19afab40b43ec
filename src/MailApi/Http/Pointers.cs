using System.Text;
using System.Text.Json;
using FluentValidation.Results;

namespace MailApi.Http;

/// <summary>Turns paths of properties into JSON pointers (RFC 6901).</summary>
internal static class Pointers
{
    // Stands for characters of a client's key that have a meaning in paths.
    private const char Dot = '\uE000';
    private const char Bracket = '\uE001';

    /// <summary>A client's key as one step of a validator's path, whatever characters it has.</summary>
    public static string Key(string key) => $"\uE002{key.Replace('.', Dot).Replace('[', Bracket)}";

    /// <summary>All failures of a validation.</summary>
    public static IReadOnlyList<FieldError> ToErrors(ValidationResult result) =>
        [.. result.Errors.Select(e => new FieldError(OfProperty(e.PropertyName), e.ErrorCode, e.ErrorMessage))];

    /// <summary><c>To[0].Email</c> → <c>/to/0/email</c>.</summary>
    public static string OfProperty(string path)
    {
        var pointer = new StringBuilder();
        foreach (var step in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = step.Split('[');
            Append(pointer, parts[0].StartsWith('\uE002')
                ? parts[0][1..].Replace(Dot, '.').Replace(Bracket, '[')
                : JsonNamingPolicy.SnakeCaseLower.ConvertName(parts[0]));
            foreach (var index in parts.Skip(1))
            {
                Append(pointer, index.TrimEnd(']'));
            }
        }

        return pointer.ToString();
    }

    /// <summary><c>$.to[0].email</c> → <c>/to/0/email</c>; names with odd characters come as <c>$['a b']</c>.</summary>
    public static string OfJsonPath(string? path)
    {
        var pointer = new StringBuilder();
        var rest = (path ?? "").AsSpan().TrimStart('$');
        while (!rest.IsEmpty)
        {
            int end;
            if (rest.StartsWith("['"))
            {
                end = rest.IndexOf("']");
                end = end < 0 ? rest.Length : end;
                Append(pointer, rest[2..end].ToString());
                rest = rest[Math.Min(end + 2, rest.Length)..];
                continue;
            }

            var start = rest[0] is '.' or '[' ? 1 : 0;
            end = rest[start..].IndexOfAny('.', '[');
            end = end < 0 ? rest.Length : end + start;
            Append(pointer, rest[start..end].TrimEnd(']').ToString());
            rest = rest[end..];
        }

        return pointer.ToString();
    }

    private static void Append(StringBuilder pointer, string step) => pointer.Append('/').Append(
        step.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
}
