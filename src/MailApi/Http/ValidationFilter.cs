using FluentValidation;

namespace MailApi.Http;

/// <summary>
/// Runs the validator of a body before its handler. Which parameter has one is found once, when the endpoint is built.
/// </summary>
internal static class ValidationFilter
{
    public static EndpointFilterDelegate Create(EndpointFilterFactoryContext factory, EndpointFilterDelegate next)
    {
        foreach (var parameter in factory.MethodInfo.GetParameters())
        {
            var type = typeof(IValidator<>).MakeGenericType(parameter.ParameterType);
            if (factory.ApplicationServices.GetService(type) is IValidator validator)
            {
                return context => RunAsync(context, validator, parameter.Position, next);
            }
        }

        return next;
    }

    private static async ValueTask<object?> RunAsync(
        EndpointFilterInvocationContext context, IValidator validator, int position, EndpointFilterDelegate next)
    {
        if (context.Arguments[position] is not { } body)
        {
            // A body that may be left out, and was.
            return await next(context);
        }

        // No rule waits for anything.
        var result = validator.Validate(new ValidationContext<object>(body));
        return result.IsValid ? await next(context) : Problems.Invalid(Pointers.ToErrors(result));
    }
}
