using System.Globalization;
using MailApi.Core.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MailApi.Http;

/// <summary>Reads query values one by one and keeps the first problem.</summary>
internal sealed class QueryReader(HttpRequest request)
{
    public ProblemHttpResult? Problem { get; private set; }

    public string? Text(string name)
    {
        var values = request.Query[name];
        if (values.Count > 1)
        {
            return Fail<string>(name, $"{name} is given more than once.");
        }

        return values is [{ Length: > 0 } value] ? value : null;
    }

    public int? Integer(string name, int least, int most) =>
        Text(name) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : FailValue<int>(name, $"{name} is a number from {least} to {most}.");

    public string? OneOf(string name, IReadOnlyList<string> known) =>
        Text(name) is not { } text || known.Contains(text)
            ? Text(name)
            : Fail<string>(name, $"{name} is one of {string.Join(", ", known)}.");

    public TEnum? Enum<TEnum>(string name)
        where TEnum : struct, Enum =>
        Text(name) is not { } text ? null
        : Names.TryParse<TEnum>(text, out var value) ? value
        : FailValue<TEnum>(name, $"{name} is one of {Names.All<TEnum>()}.");

    public DateTimeOffset? Time(string name) =>
        Text(name) is not { } text ? null

        // A plus sign in a query that was not encoded arrives as a space.
        : Rfc3339.TryParse(text.Replace(' ', '+'), out var value) ? value.ToUniversalTime()
        : FailValue<DateTimeOffset>(name, $"{name} is a time such as 2026-11-23T10:42:40Z.");

    public EmailAddress? Address(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        return EmailAddress.TryParse(text, out var address, out var error) ? address : Fail<EmailAddress>(name, error ?? "");
    }

    public Id<T>? Id<T>(string name)
        where T : IIdentified =>
        Text(name) is not { } text ? null
        : Core.Domain.Id<T>.TryParse(text, null, out var id) ? id
        : FailValue<Id<T>>(name, $"{name} is an id of the form {T.IdPrefix}_….");

    private T? Fail<T>(string name, string detail)
        where T : class
    {
        Problem ??= Problems.InvalidParameter(name, detail);
        return null;
    }

    private T? FailValue<T>(string name, string detail)
        where T : struct
    {
        Problem ??= Problems.InvalidParameter(name, detail);
        return null;
    }
}
