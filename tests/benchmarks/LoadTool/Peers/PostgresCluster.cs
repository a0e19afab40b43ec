using System.Globalization;

namespace MailApi.Benchmarks.LoadTool.Peers;

/// <summary>A PostgreSQL cluster of our own in the workspace, with the settings that <c>initdb</c> writes.</summary>
public sealed class PostgresCluster(Workspace workspace) : IAsyncDisposable
{
    // PostgreSQL refuses to run as root.
    private readonly string[] _asOwner = Environment.IsPrivilegedProcess ? ["runuser", "-u", "postgres", "--"] : [];
    private readonly string _programs = FindPrograms();
    private readonly string _data = workspace.CreateDirectory("postgres");
    private readonly string _log = workspace.PathOf("postgres-command.log");
    private readonly int _port = FreePort.Next();
    private bool _started;

    /// <summary>True when the programs are there.</summary>
    public static bool IsInstalled => FindInstalled() is not null;

    /// <summary>Creates <paramref name="database"/> and returns its connection string.</summary>
    public async Task<string> CreateDatabaseAsync(string database, CancellationToken cancellationToken)
    {
        var port = _port.ToString(CultureInfo.InvariantCulture);
        await RunAsync(["createdb", "-h", "127.0.0.1", "-p", port, "-U", "postgres", database], cancellationToken);
        return $"Host=127.0.0.1;Port={port};Username=postgres;Database={database}";
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (Environment.IsPrivilegedProcess)
        {
            await ChildProcess.RunAsync(["chown", "postgres", _data], _log, cancellationToken);
        }

        await RunAsync(
            ["initdb", "-D", _data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale", "C.UTF-8"],
            cancellationToken);
        await StartAgainAsync(cancellationToken);
    }

    /// <summary>Starts the server on the port and data of before.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken)
    {
        var settings = $"-p {_port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=";
        await RunAsync(
            ["pg_ctl", "start", "-w", "-D", _data, "-l", Path.Combine(_data, "server.log"), "-o", settings],
            cancellationToken);
        _started = true;
    }

    /// <summary>Ends it as a crash would: no transaction is finished, every connection breaks.</summary>
    public Task CrashAsync(CancellationToken cancellationToken) => StopAsync("immediate", cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_started)
        {
            await StopAsync("fast", CancellationToken.None);
        }
    }

    private async Task StopAsync(string mode, CancellationToken cancellationToken)
    {
        await RunAsync(["pg_ctl", "stop", "-w", "-m", mode, "-D", _data], cancellationToken);
        _started = false;
    }

    private static string? FindInstalled() => !Directory.Exists("/usr/lib/postgresql") ? null
        : Directory.EnumerateDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin"))
            .Where(programs => File.Exists(Path.Combine(programs, "initdb"))).Order().LastOrDefault();

    private static string FindPrograms() => FindInstalled()
        ?? throw new RunFailedException("PostgreSQL is not installed: no /usr/lib/postgresql/*/bin/initdb");

    private Task RunAsync(string[] command, CancellationToken cancellationToken) => ChildProcess.RunAsync(
        [.. _asOwner, Path.Combine(_programs, command[0]), .. command[1..]], _log, cancellationToken);
}
