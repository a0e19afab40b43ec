namespace MailApi.Core.Feedback.Relays;

/// <summary>Asks one of Amazon's servers for a short text; null when there is none.</summary>
public delegate Task<string?> AmazonFetch(Uri url, CancellationToken cancellationToken);

/// <summary>Asks Amazon's servers for a short text, within bounds: nothing is followed elsewhere.</summary>
public sealed class AmazonClient : IDisposable
{
    private const int MaxLength = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = MaxLength,
    };

    /// <summary>The answer's text; null when there is none, or it is not 200.</summary>
    public async Task<string?> GetAsync(Uri url, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.GetAsync(url, cancellationToken);
            return response.IsSuccessStatusCode ? await response.Content.ReadAsStringAsync(cancellationToken) : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    public void Dispose() => _http.Dispose();
}
