using System.Security.Cryptography;

namespace MailApi.Benchmarks.LoadTool.Peers;

/// <summary>Where one start of the service keeps its data.</summary>
/// <param name="Name">Names the log and the database file.</param>
public sealed record ServiceDatabase(string Name, Provider Provider, string ConnectionString)
{
    private const string Crockford = "0123456789abcdefghjkmnpqrstvwxyz";

    /// <summary>The first admin key, which the first start stores there.</summary>
    public string ApiKey { get; } =
        $"mk_live_0{RandomNumberGenerator.GetString(Crockford, 25)}_{RandomNumberGenerator.GetString(Crockford, 51)}0";
}

/// <summary>Hands out empty databases; starts PostgreSQL when the first of its kind is asked for.</summary>
public sealed class ServiceDatabases(Workspace workspace) : IAsyncDisposable
{
    private PostgresCluster? _cluster;

    public async Task<ServiceDatabase> CreateAsync(Provider provider, string name, CancellationToken cancellationToken)
    {
        if (provider == Provider.Sqlite)
        {
            return new ServiceDatabase(name, provider, $"Data Source={workspace.PathOf(name + ".db")}");
        }

        if (_cluster is null)
        {
            _cluster = new PostgresCluster(workspace);
            await _cluster.StartAsync(cancellationToken);
        }

        return new ServiceDatabase(name, provider, await _cluster.CreateDatabaseAsync(name, cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }
}
