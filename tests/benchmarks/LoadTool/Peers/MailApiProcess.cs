using System.Globalization;
using System.Net;
using MailApi.Benchmarks.LoadTool.Http;

namespace MailApi.Benchmarks.LoadTool.Peers;

/// <summary>The service in a process of its own: its database in the workspace, one relay on a loopback port.</summary>
public sealed class MailApiProcess(
    Workspace workspace, string assembly, ServiceDatabase database, int relayPort) : IMessageService, IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly string _log = workspace.PathOf($"mailapi-{database.Name}.log");
    private ChildProcess? _process;

    public int Port { get; } = FreePort.Next();

    /// <summary>The relay's <c>MaxConnections</c>; null leaves the service's default.</summary>
    public int? MaxConnections { get; init; }

    /// <summary>Settings beside those that every run needs.</summary>
    public IReadOnlyDictionary<string, string> Extra { get; init; } = new Dictionary<string, string>();

    /// <summary>Time on processors since its start; noise of the machine does not change it much.</summary>
    public TimeSpan ProcessorTime => _process!.ProcessorTime;

    /// <summary>Memory that it holds now, in bytes.</summary>
    public long WorkingSet => _process!.WorkingSet;

    public Uri Address => new($"http://127.0.0.1:{Port}");

    public string ApiKey => database.ApiKey;

    /// <summary>Starts the process; the address does not change from one start to the next.</summary>
    public void Start() =>
        _process = ChildProcess.Start(["dotnet", assembly], _log, Settings(), Path.GetDirectoryName(assembly));

    /// <summary>Waits until <c>/readyz</c> says 200.</summary>
    /// <exception cref="RunFailedException">The process ended, or was not ready after a minute.</exception>
    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = Address };
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(StartTimeout);
        try
        {
            while (!await IsReadyAsync(http, patience.Token))
            {
                if (_process!.HasExited)
                {
                    throw new RunFailedException($"the service ended at its start:\n{_process.LastWords()}");
                }

                await Task.Delay(PollInterval, patience.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RunFailedException($"the service is not ready after a minute:\n{_process!.LastWords()}");
        }
    }

    /// <summary>The end of the service's log, for an error message.</summary>
    public string LastWords() => _process!.LastWords();

    public Task KillAsync() => _process!.KillAsync();

    /// <summary>Asks for a clean stop; false when it took more than a minute and the process was killed.</summary>
    public Task<bool> TerminateAsync() => _process!.TerminateAsync();

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    private Dictionary<string, string> Settings()
    {
        var settings = new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = Address.ToString(),
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["Database__Provider"] = database.Provider.ToString().ToLowerInvariant(),
            ["ConnectionStrings__MailApi"] = database.ConnectionString,
            ["Bootstrap__ApiKey"] = ApiKey,
            ["Relays__sink__Host"] = "127.0.0.1",
            ["Relays__sink__Port"] = relayPort.ToString(CultureInfo.InvariantCulture),
            ["Relays__sink__Security"] = "none",
        };
        if (MaxConnections is { } connections)
        {
            settings["Relays__sink__MaxConnections"] = connections.ToString(CultureInfo.InvariantCulture);
        }

        foreach (var (name, value) in Extra)
        {
            settings[name] = value;
        }

        return settings;
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync("/readyz", cancellationToken);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
