using System.Text.Json;
using MailApi.Core.Notifications;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace MailApi.Events;

/// <summary>An event as the body of a webhook: the object that <c>GET /v1/events</c> shows.</summary>
internal static class EventBodies
{
    public static EventWording Wording(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        return (e, details, tags, metadata) =>
            JsonSerializer.SerializeToUtf8Bytes(EventResponse.Of(e, details, tags, metadata), options);
    }
}
