using System.Diagnostics;

namespace MailApi.Benchmarks.LoadTool.Peers;

/// <summary>A program started by a run, its output in a file, stopped at the latest when disposed.</summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string _name;

    private ChildProcess(Process process, string name, string log)
    {
        _process = process;
        _name = name;
        Log = log;
    }

    /// <summary>The file that receives standard output and standard error.</summary>
    public string Log { get; }

    /// <summary>Time on processors so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Resident memory, in bytes.</summary>
    public long WorkingSet
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public bool HasExited => _process.HasExited;

    /// <summary>Starts <paramref name="command"/> and leaves it running.</summary>
    /// <remarks>The shell redirects and becomes the program: no output is pumped through this process.</remarks>
    public static ChildProcess Start(
        string[] command,
        string log,
        IReadOnlyDictionary<string, string>? environment = null,
        string? directory = null)
    {
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = directory ?? Path.GetDirectoryName(log) };
        string[] arguments = ["-c", """log=$1; shift; exec "$@" >>"$log" 2>&1""", "sh", log, .. command];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }

        var process = Process.Start(start) ?? throw new RunFailedException($"could not start {command[0]}");
        return new ChildProcess(process, Path.GetFileName(command[0]), log);
    }

    /// <summary>Runs <paramref name="command"/> to its end.</summary>
    /// <exception cref="RunFailedException">It ended with another code than 0.</exception>
    public static async Task RunAsync(string[] command, string log, CancellationToken cancellationToken)
    {
        await using var child = Start(command, log);
        await child.WaitAsync(cancellationToken);
    }

    /// <summary>Waits for a program that ends by itself.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        if (_process.ExitCode != 0)
        {
            throw new RunFailedException($"{_name} ended with code {_process.ExitCode}:\n{LastWords()}");
        }
    }

    /// <summary>SIGKILL: no clean-up on the other side.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, then SIGKILL for what does not end in a minute; true when the first was enough.</summary>
    public async Task<bool> TerminateAsync()
    {
        if (_process.HasExited)
        {
            return true;
        }

        using (var kill = Process.Start("/bin/sh", ["-c", $"kill -TERM {_process.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        using var timeout = new CancellationTokenSource(StopTimeout);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
            return false;
        }
    }

    /// <summary>The end of the log, for an error message.</summary>
    public string LastWords() =>
        File.Exists(Log) ? string.Join('\n', File.ReadLines(Log).TakeLast(15)) : "(it wrote nothing)";

    public async ValueTask DisposeAsync()
    {
        await TerminateAsync();
        _process.Dispose();
    }
}
