using MailApi.Core.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace MailApi.Core.Data;

/// <summary>
/// How values are kept. Ids sort by age on both providers: <c>uuid</c> on PostgreSQL, 16 bytes in network order on SQLite.
/// Times are <c>timestamptz</c>, and milliseconds since 1970 on SQLite, which compares texts otherwise.
/// </summary>
internal static class ColumnTypes
{
    public static void Apply(ModelConfigurationBuilder builder, DatabaseProvider provider)
    {
        Enum<MessageStatus>(builder);
        Enum<RecipientStatus>(builder);
        Enum<RecipientKind>(builder);
        Enum<AttemptOutcome>(builder);
        Enum<SuppressionReason>(builder);
        Enum<SuppressionImportStatus>(builder);
        Enum<WebhookDeliveryStatus>(builder);
        Enum<WebhookReplayStatus>(builder);
        Enum<StatDimension>(builder);
        builder.Properties<Priority>().HaveConversion<int>();
        builder.Properties<IReadOnlyList<string>>().HaveConversion<StringListConverter, StringListComparer>();
        builder.Properties<IReadOnlyDictionary<string, string>>().HaveConversion<StringMapConverter, StringMapComparer>();
        builder.Properties<IReadOnlyList<WebhookAttempt>>().HaveConversion<WebhookAttemptsConverter, WebhookAttemptsComparer>();

        if (provider == DatabaseProvider.Sqlite)
        {
            builder.Properties<DateTimeOffset>().HaveConversion<MillisecondsConverter>();
            builder.Properties<Guid>().HaveConversion<GuidBytesConverter>();
            Ids(builder, typeof(IdBytesConverter<>));
        }
        else
        {
            builder.Properties<DateTimeOffset>().HaveConversion<UtcConverter>();
            Ids(builder, typeof(IdConverter<>));
        }
    }

    private static void Enum<TEnum>(ModelConfigurationBuilder builder)
        where TEnum : struct, Enum => builder.Properties<TEnum>().HaveConversion<NameConverter<TEnum>>();

    private static void Ids(ModelConfigurationBuilder builder, Type converter)
    {
        Type[] identified =
        [
            typeof(Project), typeof(ApiKey), typeof(Message), typeof(Attempt), typeof(Event), typeof(Template),
            typeof(Webhook), typeof(WebhookDelivery), typeof(WebhookReplay), typeof(SuppressionImport),
        ];
        foreach (var type in identified)
        {
            builder.Properties(typeof(Id<>).MakeGenericType(type)).HaveConversion(converter.MakeGenericType(type));
        }
    }

    private sealed class NameConverter<TEnum>() : ValueConverter<TEnum, string>(v => Names.Of(v), v => Names.Parse<TEnum>(v))
        where TEnum : struct, Enum;

    private sealed class MillisecondsConverter()
        : ValueConverter<DateTimeOffset, long>(v => v.ToUnixTimeMilliseconds(), v => DateTimeOffset.FromUnixTimeMilliseconds(v));

    private sealed class UtcConverter() : ValueConverter<DateTimeOffset, DateTimeOffset>(v => v.ToUniversalTime(), v => v);

    private sealed class GuidBytesConverter()
        : ValueConverter<Guid, byte[]>(v => v.ToByteArray(true), v => new Guid(v, true));

    private sealed class IdConverter<T>() : ValueConverter<Id<T>, Guid>(v => v.Value, v => new Id<T>(v))
        where T : IIdentified;

    private sealed class IdBytesConverter<T>()
        : ValueConverter<Id<T>, byte[]>(v => v.Value.ToByteArray(true), v => new Id<T>(new Guid(v, true)))
        where T : IIdentified;

    private sealed class StringListConverter() : ValueConverter<IReadOnlyList<string>, string>(
        v => JsonColumn.Write(v), v => JsonColumn.ReadList(v));

    private sealed class StringListComparer() : ValueComparer<IReadOnlyList<string>>(
        (a, b) => ReferenceEquals(a, b) || (a != null && b != null && a.SequenceEqual(b)), v => v.Count, v => v);

    private sealed class WebhookAttemptsConverter() : ValueConverter<IReadOnlyList<WebhookAttempt>, string>(
        v => JsonColumn.Write(v), v => JsonColumn.ReadAttempts(v));

    private sealed class WebhookAttemptsComparer() : ValueComparer<IReadOnlyList<WebhookAttempt>>(
        (a, b) => ReferenceEquals(a, b) || (a != null && b != null && a.SequenceEqual(b)), v => v.Count, v => v);

    private sealed class StringMapConverter() : ValueConverter<IReadOnlyDictionary<string, string>, string>(
        v => JsonColumn.Write(v), v => JsonColumn.ReadMap(v));

    private sealed class StringMapComparer() : ValueComparer<IReadOnlyDictionary<string, string>>(
        (a, b) => ReferenceEquals(a, b), v => v.Count, v => v);
}
