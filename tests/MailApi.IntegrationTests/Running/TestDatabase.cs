using Npgsql;

namespace MailApi.IntegrationTests.Running;

/// <summary>A database of a test's own: a new SQLite file, or a new database on the PostgreSQL server of the run.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    public const string NoServer =
        "MAILAPI_TEST_POSTGRES is not set: run the tests by 'bash tests/run', which starts a server.";

    private readonly string _folder = Directory.CreateTempSubdirectory("mailapi-test-").FullName;
    private readonly string? _server = Environment.GetEnvironmentVariable("MAILAPI_TEST_POSTGRES");
    private bool _isOurs = true;
    private readonly string _name = $"mailapi_{Guid.NewGuid():n}";

    private TestDatabase(string provider) => Provider = provider;

    /// <summary><c>sqlite</c> or <c>postgres</c>.</summary>
    public string Provider { get; }

    public string ConnectionString { get; private set; } = "";

    public static bool IsAvailable(string provider) =>
        provider == "sqlite" || Environment.GetEnvironmentVariable("MAILAPI_TEST_POSTGRES") is not null;

    public static async Task<TestDatabase> CreateAsync(string provider)
    {
        var database = new TestDatabase(provider);
        if (provider == "sqlite")
        {
            database.ConnectionString = $"Data Source={Path.Combine(database._folder, "mailapi.db")}";
            return database;
        }

        Assert.SkipUnless(IsAvailable(provider), NoServer);

        await database.OnServerAsync($"CREATE DATABASE {database._name}");
        database.ConnectionString = new NpgsqlConnectionStringBuilder(database._server)
        {
            Database = database._name,
            MaxPoolSize = 20,
        }.ConnectionString;
        return database;
    }

    /// <summary>A database of a server that goes with the test: nothing is left to be dropped.</summary>
    public static TestDatabase On(string connectionString) =>
        new("postgres") { ConnectionString = connectionString, _isOurs = false };

    public async ValueTask DisposeAsync()
    {
        if (Provider == "postgres" && _isOurs)
        {
            await OnServerAsync($"DROP DATABASE IF EXISTS {_name} WITH (FORCE)");
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task OnServerAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_server!);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
