using System.Text;
using MailApi.IntegrationTests.Running;

namespace MailApi.IntegrationTests.Operating;

/// <summary>What the one who runs the service meets.</summary>
public sealed class OperatingTests
{
    [Theory]
    [InlineData("Relays__main__Port", "abc", "Relays:main:Port")]
    [InlineData("Relays__main__Port", "70000", "Relays:main:Port")]
    [InlineData("Relays__main__Security", "maybe", "Relays:main:Security")]
    [InlineData("Relays__main__Hots", "x", "Hots")]
    [InlineData("Database__Provider", "oracle", "Database:Provider")]
    [InlineData("Delivery__LeaseTime", "01:00:00", "Delivery:LeaseTime")]
    [InlineData("Delivery__RetrySchedule__0", "soon", "Delivery:RetrySchedule:0")]
    [InlineData("Delivery__ExpireAfter", "1", "ExpireAfter")]
    [InlineData("Limits__Recipients", "0", "Limits:Recipients")]
    [InlineData("Bootstrap__ApiKey", "secret", "Bootstrap:ApiKey")]
    public async Task A_wrong_setting_stops_the_start_with_one_line(string key, string value, string named)
    {
        await using var service = await ServiceProcess.PrepareAsync(
            "sqlite", new Dictionary<string, string> { ["Relays__main__Host"] = "127.0.0.1", [key] = value });
        var (exitCode, output) = await service.RunAsync();

        Assert.Equal(1, exitCode);
        var line = Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries), l => l.StartsWith("MailApi cannot start", StringComparison.Ordinal));
        Assert.Contains(named, line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_start_prints_a_key_and_a_command_to_try()
    {
        await using var service = await ServiceProcess.StartAsync(
            "sqlite", new Dictionary<string, string> { ["Bootstrap__ApiKey"] = "" });
        var key = service.Output.Split('\n').Select(l => l.Trim()).Single(l => l.StartsWith("mk_live_", StringComparison.Ordinal));

        using var api = new ApiClient(service.CreateClient(key));
        await api.WaitForEndAsync(await api.AcceptAsync(ApiClient.Message()));
        Assert.Contains("curl ", service.Output, StringComparison.Ordinal);
        Assert.Contains("Capture mode", service.Output, StringComparison.Ordinal);
        Assert.True((await api.GetAsync("/readyz")).Body!["capture_mode"]!.GetValue<bool>());

        await service.TerminateAsync();
        await service.StartAgainAsync();
        Assert.Equal(2, service.Output.Split(key).Length - 1);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Keys_are_made_and_revoked_from_the_command_line_beside_the_server(string provider)
    {
        await using var service = await ServiceProcess.StartAsync(provider);
        var (exitCode, output) = await service.RunAsync("keys", "create", "--name", "rescue", "--scopes", "read,send");
        Assert.True(exitCode == 0, output);
        using var api = new ApiClient(service.CreateClient(output.Trim()));
        Assert.Equal(200, (await api.GetAsync("/v1/messages")).Status);

        var (_, list) = await service.RunAsync("keys", "list");
        var id = list.Split('\n').Single(l => l.EndsWith("rescue", StringComparison.Ordinal)).Split(' ')[0];
        Assert.Equal(0, (await service.RunAsync("keys", "revoke", id)).ExitCode);
        while ((await api.GetAsync("/v1/messages")).Status == 200)
        {
            await Task.Delay(100);
        }

        Assert.Equal(1, (await service.RunAsync("keys", "create", "--name", "x", "--scopes", "fly")).ExitCode);
        Assert.Equal(0, (await service.RunAsync("healthcheck", "--url", $"{service.BaseAddress}healthz")).ExitCode);
        Assert.Equal(1, (await service.RunAsync("healthcheck", "--url", "http://127.0.0.1:9/healthz")).ExitCode);
    }

    [Fact]
    public async Task The_dashboard_is_closed_to_all_but_admin_keys()
    {
        await using var service = await ServiceProcess.StartAsync("sqlite");
        using var admin = new ApiClient(service.CreateClient());
        var (_, reader) = await service.RunAsync("keys", "create", "--name", "r", "--scopes", "read");

        async Task<int> StatusAsync(string? authorization)
        {
            using var client = service.CreateClient(key: null);
            if (authorization is not null)
            {
                client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", authorization);
            }

            using var response = await client.GetAsync("/hangfire");
            return (int)response.StatusCode;
        }

        Assert.Equal(401, await StatusAsync(null));
        Assert.Equal(401, await StatusAsync("Bearer nonsense"));
        Assert.Equal(401, await StatusAsync($"Bearer {reader.Trim()}"));
        Assert.Equal(200, await StatusAsync($"Bearer {ServiceProcess.AdminKey}"));
        Assert.Equal(200, await StatusAsync(
            $"Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes($"me:{ServiceProcess.AdminKey}"))}"));
    }

    [Fact]
    public async Task A_second_server_on_the_same_SQLite_file_is_refused()
    {
        await using var service = await ServiceProcess.StartAsync("sqlite");
        var (exitCode, output) = await service.RunAsync();

        Assert.Equal(1, exitCode);
        Assert.Contains("another MailApi is using", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_nodes_on_one_PostgreSQL_share_the_work_and_deliver_once()
    {
        await using var service = await ServiceProcess.StartAsync("postgres");
        var second = await service.StartNodeAsync();
        try
        {
            using var one = new ApiClient(service.CreateClient());
            using var two = new ApiClient(second.CreateClient());
            var ids = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => (i % 2 == 0 ? one : two).AcceptAsync(ApiClient.Message())));
            foreach (var id in ids)
            {
                await two.WaitForEndAsync(id);
                Assert.Equal(2, (await one.EventsOfAsync(id)).Count);
            }
        }
        finally
        {
            await second.KillAsync();
        }
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task The_log_holds_neither_addresses_nor_bodies_nor_secrets(string provider)
    {
        await using var service = await ServiceProcess.StartAsync(provider);
        using var api = new ApiClient(service.CreateClient());
        await api.WaitForEndAsync(await api.AcceptAsync(ApiClient.Message("very.private@example.net", "Quite confidential")));
        await api.PostTextAsync("/v1/messages", "{\"from\":\"very.private@example.net\"");
        await service.TerminateAsync();

        Assert.DoesNotContain("very.private", service.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("confidential", service.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(ServiceProcess.AdminKey[^52..], service.Output, StringComparison.Ordinal);
    }
}
