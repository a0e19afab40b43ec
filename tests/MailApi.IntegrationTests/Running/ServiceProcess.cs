using System.Diagnostics;
using System.Text;
using MailApi.Benchmarks.LoadTool.Peers;

namespace MailApi.IntegrationTests.Running;

/// <summary>The real service in a process of its own, on a free loopback port, with the settings a test asks for.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    /// <summary>The admin key of every service that tests start.</summary>
    public const string AdminKey =
        "mk_live_01jd9zt6x7f8k9m2n3p4q5r6s7_0123456789abcdefghjkmnpqrstvwxyz0123456789abcdefghjk";

    private readonly StringBuilder _output = new();
    private Process? _process;

    private ServiceProcess(TestDatabase database, IReadOnlyDictionary<string, string> settings)
    {
        Database = database;
        Settings = settings;
        BaseAddress = new Uri($"http://127.0.0.1:{FreePort.Next()}");
    }

    public TestDatabase Database { get; }

    public IReadOnlyDictionary<string, string> Settings { get; }

    public Uri BaseAddress { get; }

    public int ProcessId => _process!.Id;

    /// <summary>All that it has written so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>A node on a database of somebody else; starts nothing.</summary>
    public static ServiceProcess Prepare(TestDatabase database, IReadOnlyDictionary<string, string> settings) =>
        new(database, settings);

    /// <summary>Makes a database for it and starts nothing.</summary>
    public static async Task<ServiceProcess> PrepareAsync(string provider, IReadOnlyDictionary<string, string>? settings = null) =>
        new(await TestDatabase.CreateAsync(provider), settings ?? new Dictionary<string, string>());

    /// <summary>Starts it and returns when it is ready.</summary>
    public static async Task<ServiceProcess> StartAsync(string provider, IReadOnlyDictionary<string, string>? settings = null)
    {
        var service = await PrepareAsync(provider, settings);
        await service.StartAgainAsync();
        return service;
    }

    /// <summary>Starts a node more on the same database; it is stopped on its own.</summary>
    public async Task<ServiceProcess> StartNodeAsync()
    {
        var node = Prepare(Database, Settings);
        await node.StartAgainAsync();
        return node;
    }

    /// <summary>Starts it on the same database and port as before.</summary>
    public async Task StartAgainAsync()
    {
        var start = StartInfo([]);
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, e) => Append(e.Data);
        _process.ErrorDataReceived += (_, e) => Append(e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await WaitUntilReadyAsync();
    }

    /// <summary>Runs a command of the program against the same database; returns its exit code and output.</summary>
    public async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(StartInfo(arguments))!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    /// <summary>SIGKILL: it ends between two instructions.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, then waits; returns the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        await SignalAsync("TERM");
        return await WaitForExitAsync();
    }

    /// <summary>Waits until it has ended; returns the exit code.</summary>
    public async Task<int> WaitForExitAsync()
    {
        await _process!.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>Waits until it has written these words.</summary>
    public async Task WaitForOutputAsync(string words)
    {
        var waited = Stopwatch.StartNew();
        while (!Output.Contains(words, StringComparison.Ordinal))
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), $"'{words}' was not written:\n{Output}");
            await Task.Delay(50);
        }
    }

    /// <summary>Sends a signal and waits for nothing.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", ["-s", signal, $"{ProcessId}"]);
        await kill.WaitForExitAsync();
    }

    public HttpClient CreateClient(string? key = AdminKey)
    {
        var client = new HttpClient { BaseAddress = BaseAddress };
        if (key is not null)
        {
            client.DefaultRequestHeaders.Add("Authorization", $"Bearer {key}");
        }

        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        await Database.DisposeAsync();
    }

    /// <summary>Ends it, if it still runs, and leaves its database.</summary>
    public async Task EndAsync()
    {
        if (_process is { HasExited: false })
        {
            await KillAsync();
        }

        _process?.Dispose();
        _process = null;
    }

    private ProcessStartInfo StartInfo(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "MailApi.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        start.Environment["ASPNETCORE_URLS"] = BaseAddress.ToString();
        start.Environment["Database__Provider"] = Database.Provider;
        start.Environment["ConnectionStrings__MailApi"] = Database.ConnectionString;
        start.Environment["Bootstrap__ApiKey"] = AdminKey;

        // Nobody balances load in front of it, unless a test says so.
        start.Environment["Shutdown__DrainTime"] = "00:00:00";

        // Tests start hundreds of services and send each a handful of messages: a quick start is worth more than speed.
        start.Environment["DOTNET_TC_QuickJit"] = "1";
        foreach (var (key, value) in Settings)
        {
            start.Environment[key] = value;
        }

        return start;
    }

    private void Append(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }
    }

    private async Task WaitUntilReadyAsync()
    {
        using var client = CreateClient(key: null);
        var deadline = Stopwatch.StartNew();
        while (deadline.Elapsed < TimeSpan.FromSeconds(60))
        {
            if (_process!.HasExited)
            {
                throw new InvalidOperationException($"The service ended with {_process.ExitCode}:\n{Output}");
            }

            try
            {
                using var response = await client.GetAsync("/readyz");
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(50);
        }

        throw new TimeoutException($"The service was not ready within a minute:\n{Output}");
    }
}
