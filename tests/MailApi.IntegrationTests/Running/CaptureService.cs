using System.Text.Json.Nodes;

namespace MailApi.IntegrationTests.Running;

/// <summary>A service in capture mode that test classes share; each makes a project of its own on it.</summary>
public abstract class CaptureService(string provider, params (string Key, string Value)[] settings) : IAsyncLifetime
{
    private ServiceProcess? _process;

    public ServiceProcess Process
    {
        get
        {
            Assert.SkipWhen(_process is null, TestDatabase.NoServer);
            return _process!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (TestDatabase.IsAvailable(provider))
        {
            var all = new Dictionary<string, string>
            {
                ["Delivery__RetrySchedule__0"] = "00:00:00.2",
                ["Webhooks__RetrySchedule__0"] = "00:00:00.2",
                ["Webhooks__AllowedNetworks__0"] = "127.0.0.0/8",
            };
            foreach (var (key, value) in settings)
            {
                all[key] = value;
            }

            _process = await ServiceProcess.StartAsync(provider, all);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>A client with all rights of the first project.</summary>
    public ApiClient Admin() => new(Process.CreateClient());

    /// <summary>A client of a new project, with these scopes.</summary>
    public async Task<ApiClient> NewProjectAsync(params string[] scopes)
    {
        using var admin = Admin();
        var project = await admin.PostAsync("/v1/projects", new JsonObject { ["name"] = "test" });
        Assert.Equal(201, project.Status);
        var key = await admin.PostAsync("/v1/api-keys", new JsonObject
        {
            ["name"] = "test",
            ["project_id"] = project.Body!["id"]!.GetValue<string>(),
            ["scopes"] = new JsonArray([.. (scopes.Length > 0 ? scopes : ["send", "read", "suppressions", "keys"])]),
        });
        Assert.True(key.Status == 201, $"{key.Body}");
        return new ApiClient(Process.CreateClient(key.Body!["key"]!.GetValue<string>()));
    }
}

public sealed class SqliteCapture() : CaptureService("sqlite");

public sealed class PostgresCapture() : CaptureService("postgres");
