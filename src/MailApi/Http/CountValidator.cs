using FluentValidation;
using FluentValidation.Validators;

namespace MailApi.Http;

/// <summary>How many elements a list or map may have; the documentation reads it, too.</summary>
internal interface ICountValidator
{
    int Most { get; }
}

/// <summary>Refuses lists and maps with more than <paramref name="most"/> elements.</summary>
internal sealed class CountValidator<T, TElement>(int most) : PropertyValidator<T, IReadOnlyCollection<TElement>?>, ICountValidator
{
    public override string Name => "CountValidator";

    public int Most => most;

    public override bool IsValid(ValidationContext<T> context, IReadOnlyCollection<TElement>? value) =>
        value is null || value.Count <= most;

    protected override string GetDefaultMessageTemplate(string errorCode) => $"At most {most} are allowed.";
}
