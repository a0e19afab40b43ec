using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace MailApi.Core.Notifications.Sending;

/// <summary>Posts events to endpoints: signed, within bounds, and only to addresses that are public or allowed.</summary>
public sealed class WebhookClient : IDisposable
{
    private static readonly TimeSpan MaxBodyTime = TimeSpan.FromSeconds(5);

    private readonly WebhookOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _http;

    public WebhookClient(IOptions<WebhookOptions> options, TimeProvider time)
        : this(options, time, authority: null)
    {
    }

    /// <summary>Trusts one authority instead of the machine's.</summary>
    internal WebhookClient(IOptions<WebhookOptions> options, TimeProvider time, X509Certificate2? authority)
    {
        (_options, _time) = (options.Value, time);
        _http = new HttpMessageInvoker(WebhookHandler.Create(_options, time, authority));
    }

    /// <summary>
    /// Makes one attempt. Whatever the far side does is told in the answer; only <paramref name="cancellationToken"/>
    /// throws.
    /// </summary>
    public async Task<WebhookAnswer> PostAsync(WebhookRequest request, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        using var message = WebhookMessage.Compose(request);
        using var timeout = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var response = await _http.SendAsync(message, either.Token);
            var text = await ReadAsync(response, request, started, cancellationToken);
            return new WebhookAnswer(
                (int)response.StatusCode, _time.GetElapsedTime(started), text, AnswerFaults.Describe(response.StatusCode),
                RetryAfter.Read(response, _time.GetUtcNow()));
        }
        catch (HttpRequestException e)
        {
            return Failed(AnswerFaults.Describe(e));
        }
        catch (OperationCanceledException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Failed(e.InnerException is TimeoutException && !timeout.IsCancellationRequested
                ? AnswerFaults.NotConnected(request.Url, _options.ConnectTimeout)
                : AnswerFaults.NotAnswered(_options.Timeout));
        }

        WebhookAnswer Failed(string error) => new(null, _time.GetElapsedTime(started), null, error, null);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>As much of the body as comes in the time that is left; the status has decided already.</summary>
    private async Task<string?> ReadAsync(
        HttpResponseMessage response, WebhookRequest request, long started, CancellationToken cancellationToken)
    {
        var rest = _options.Timeout - _time.GetElapsedTime(started);
        using var timeout = new CancellationTokenSource(
            rest <= TimeSpan.Zero ? TimeSpan.Zero : rest < MaxBodyTime ? rest : MaxBodyTime, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var text = await AnswerText.ReadAsync(
            response.Content, shown => EchoedSecrets.Hide(shown, request), either.Token);
        cancellationToken.ThrowIfCancellationRequested();
        return text;
    }
}
