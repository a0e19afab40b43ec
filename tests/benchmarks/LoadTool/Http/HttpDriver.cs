using System.Diagnostics;
using MailApi.Benchmarks.LoadTool.Peers;

namespace MailApi.Benchmarks.LoadTool.Http;

/// <summary>Posts messages over a fixed number of connections, each as fast as its answers come back.</summary>
public sealed class HttpDriver(MailApiProcess service, Load load, int connections)
{
    /// <summary>Whose messages they are; the first admin key by default.</summary>
    public string ApiKey { get; init; } = service.ApiKey;

    /// <summary>Posts <paramref name="messages"/>, each to a recipient of its own.</summary>
    /// <returns>The time stamp of the first request.</returns>
    /// <exception cref="RunFailedException">An answer was not 202.</exception>
    public async Task<long> SendAsync(int messages, DateTimeOffset? sendAt, CancellationToken cancellationToken)
    {
        var payload = new MessagePayload(service.Address, ApiKey, load, sendAt);
        var open = new List<HttpConnection>(connections);
        try
        {
            for (var i = 0; i < connections; i++)
            {
                open.Add(new HttpConnection());
                await open[i].ConnectAsync(service.Port, cancellationToken);
            }

            var started = Stopwatch.GetTimestamp();
            var next = 0;
            await Task.WhenAll(open.Select(connection => PostAsync(connection, Take)));
            return started;

            int Take() => Interlocked.Increment(ref next);
        }
        finally
        {
            open.ForEach(connection => connection.Dispose());
        }

        async Task PostAsync(HttpConnection connection, Func<int> take)
        {
            var request = payload.Copy();
            for (var number = take(); number <= messages; number = take())
            {
                payload.Number(request, number);
                if (await connection.SendAsync(request, cancellationToken) != 202)
                {
                    throw new RunFailedException(
                        $"message {number} was not accepted:\n{connection.LastAnswer}\n{service.LastWords()}");
                }
            }
        }
    }
}
