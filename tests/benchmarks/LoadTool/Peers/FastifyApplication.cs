using System.Globalization;
using System.Security.Cryptography;
using MailApi.Benchmarks.LoadTool.Http;

namespace MailApi.Benchmarks.LoadTool.Peers;

/// <summary>
/// A mail service of the usual kind, in Node: one process takes messages with Fastify and puts jobs into Redis with BullMQ,
/// another sends them with a pool of Nodemailer. Its source is in tests/benchmarks/peers/fastify.
/// </summary>
/// <param name="workspace">Where its files go.</param>
/// <param name="relayPort">Where it sends to, on loopback.</param>
/// <param name="tuned">Its SMTP sessions do without Nagle's algorithm, which Nodemailer by itself leaves on.</param>
public sealed class FastifyApplication(Workspace workspace, int relayPort, bool tuned) : IMessageService, IAsyncDisposable
{
    /// <summary>One for each job that the worker runs at once.</summary>
    private const int SmtpConnections = 50;

    private readonly string _source = Path.Combine(ServiceBuild.CheckoutRoot(), "tests/benchmarks/peers/fastify");
    private readonly string _log = workspace.PathOf("fastify.log");
    private readonly RedisServer _redis = new(workspace);
    private readonly int _port = FreePort.Next();
    private ChildProcess? _api;
    private ChildProcess? _worker;

    public Uri Address => new($"http://127.0.0.1:{_port}");

    public string ApiKey { get; } = RandomNumberGenerator.GetHexString(40);

    public string LastWords() => _api?.LastWords() ?? "(it was not started)";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(Path.Combine(_source, "node_modules")))
        {
            throw new RunFailedException($"the packages of the Fastify application are missing: npm ci in {_source}");
        }

        await _redis.StartAsync(cancellationToken);
        var environment = new Dictionary<string, string>
        {
            ["NODE_ENV"] = "production",
            ["PORT"] = Text(_port),
            ["API_KEY"] = ApiKey,
            ["REDIS_PORT"] = Text(_redis.Port),
            ["SMTP_PORT"] = Text(relayPort),
            ["SMTP_CONNECTIONS"] = Text(SmtpConnections),
            ["SMTP_NO_DELAY"] = tuned ? "1" : "0",
        };
        _worker = ChildProcess.Start(["node", "worker.js"], _log, environment, _source);
        _api = ChildProcess.Start(["node", "api.js"], _log, environment, _source);
        await Listening.WaitAsync(_port, _api, cancellationToken);
    }

    /// <summary>Asks both processes for a clean stop: what is being sent is sent.</summary>
    public async Task StopAsync()
    {
        await _api!.TerminateAsync();
        await _worker!.TerminateAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in (ChildProcess?[])[_api, _worker])
        {
            if (process is not null)
            {
                await process.DisposeAsync();
            }
        }

        await _redis.DisposeAsync();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
