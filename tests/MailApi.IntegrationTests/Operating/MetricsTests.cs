using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MailApi.IntegrationTests.Running;
using MailApi.IntegrationTests.Webhooks;

namespace MailApi.IntegrationTests.Operating;

/// <summary>What is measured is what is documented and drawn, and holds nothing of a tenant's.</summary>
public sealed partial class MetricsTests
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task The_table_the_dashboard_and_the_service_name_the_same_metrics(string provider)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var service = await BusyServiceAsync(provider, receiver);
        var documented = DocumentedName().Matches(await File.ReadAllTextAsync(InCheckout("docs/operations.md")))
            .Select(m => m.Groups[1].Value).ToHashSet();
        var served = await WaitForMetricsAsync(service, documented);

        Assert.Equal(documented.Order(), served.Keys.Where(n => n != "target_info").Order());

        var dashboard = JsonNode.Parse(await File.ReadAllTextAsync(InCheckout("docs/grafana/mailapi.json")))!;
        var drawn = MetricName().Matches(dashboard.ToJsonString()).Select(m => Family(m.Value, served)).ToHashSet();
        Assert.Empty(drawn.Except(served.Keys));
        Assert.Empty(served.Keys.Where(n => n.StartsWith("mailapi_", StringComparison.Ordinal)).Except(drawn));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task What_is_counted_is_what_happened_and_no_label_tells_of_a_tenant(string provider)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var service = await BusyServiceAsync(provider, receiver);
        using var client = service.CreateClient(key: null);
        var text = await client.GetStringAsync("/metrics");

        Assert.Equal(4, Value(text, "mailapi_messages_accepted_total", "lane=\"high\""));
        Assert.Equal(1, Value(text, "mailapi_messages_accepted_total", "lane=\"normal\""));
        Assert.Equal(6, Value(text, "mailapi_recipients_accepted_total"));
        Assert.Equal(2, Value(text, "mailapi_recipients_delivered_total", "relay=\"sandbox\""));
        Assert.Equal(1, Value(text, "mailapi_recipients_bounced_total", "class=\"hard\""));
        Assert.Equal(1, Value(text, "mailapi_recipients_suppressed_total"));
        Assert.Equal(1, Value(text, "mailapi_recipients_complained_total"));
        Assert.Equal(1, Value(text, "mailapi_recipients_failed_total", "relay=\"main\""));
        Assert.Equal(1, Value(text, "mailapi_requests_refused_total", "code=\"not_found\""));

        Assert.DoesNotContain("acme", text, StringComparison.Ordinal);
        Assert.DoesNotContain("example.net", text, StringComparison.Ordinal);
        Assert.DoesNotContain("prj_", text, StringComparison.Ordinal);
        Assert.DoesNotContain("private", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Traces_and_metrics_go_where_the_environment_says_without_addresses_or_secrets()
    {
        await using var collector = await Receiver.StartAsync();
        await using var service = await ServiceProcess.StartAsync("sqlite", new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = new Uri(collector.Url).GetLeftPart(UriPartial.Authority),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
            ["OTEL_SERVICE_NAME"] = "mail-of-a-test",
        });
        using var api = new ApiClient(service.CreateClient());
        await api.WaitForEndAsync(await api.AcceptAsync(ApiClient.Message("very.private@example.net", "Quite confidential")));
        await api.GetAsync("/v1/suppressions/very.private@example.net");
        await api.GetAsync("/v1/messages?recipient=very.private@example.net");

        string Sent(string path) => string.Concat(collector.All.Where(r => r.Path == path).Select(r => r.Body));
        string[] expected =
        [
            "accept", "commit", "attempt", "mailapi.relay", "sandbox", "mail-of-a-test", "/v1/suppressions/{email}",
            "GET /v1/messages/",
        ];
        List<string> Missing() => [.. expected.Where(e => !Sent("/v1/traces").Contains(e, StringComparison.Ordinal))
            .Concat(Sent("/v1/metrics").Contains("mailapi.messages.accepted", StringComparison.Ordinal) ? [] : ["metrics"])];
        for (var attempt = 0; Missing().Count > 0; attempt++)
        {
            Assert.True(attempt < 100, $"Missing: {string.Join(", ", Missing())}");
            await Task.Delay(200);
        }

        var traces = Sent("/v1/traces");
        Assert.DoesNotContain("recipient", traces, StringComparison.Ordinal);
        Assert.DoesNotContain("url.query", traces, StringComparison.Ordinal);
        foreach (var secret in new[] { "very.private", "confidential", ServiceProcess.AdminKey[^52..], "hello@acme.example" })
        {
            Assert.DoesNotContain(secret, traces, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, Sent("/v1/metrics"), StringComparison.Ordinal);
        }
    }

    /// <summary>A service that has met everything that is measured.</summary>
    private static async Task<ServiceProcess> BusyServiceAsync(string provider, Receiver receiver)
    {
        var service = await ServiceProcess.StartAsync(provider, new Dictionary<string, string>
        {
            ["Relays__main__Host"] = "127.0.0.1",
            ["Relays__main__Port"] = "9",
            ["Delivery__RetrySchedule__0"] = "00:00:00.2",
            ["Delivery__ExpiresAfter"] = "00:00:01",
            ["Webhooks__AllowedNetworks__0"] = "127.0.0.0/8",
        });
        using var api = new ApiClient(service.CreateClient());
        var hook = new JsonObject { ["url"] = receiver.Url, ["events"] = new JsonArray("message.bounced") };
        Assert.Equal(201, (await api.PostAsync("/v1/webhooks", hook)).Status);
        var template = new JsonObject { ["slug"] = "welcome", ["name"] = "W", ["subject"] = "Hi", ["text"] = "Hello" };
        Assert.Equal(201, (await api.PostAsync("/v1/templates", template)).Status);
        string[] recipients =
        [
            "complained@sandbox.test,suppressed@sandbox.test", "bounced@sandbox.test", "deferred@sandbox.test",
            "very.private@example.net",
        ];
        foreach (var to in recipients)
        {
            var message = ApiClient.Message();
            message["to"] = new JsonArray([.. to.Split(',')]);
            message["priority"] = "high";
            await api.WaitForEndAsync(await api.AcceptAsync(message));
        }

        var templated = ApiClient.Message("bounced+550-5.7.1@sandbox.test");
        templated.Remove("text");
        templated.Remove("subject");
        templated["template"] = new JsonObject { ["id"] = "welcome", ["data"] = new JsonObject() };
        await api.WaitForEndAsync(await api.AcceptAsync(templated));
        await receiver.WaitForAsync(2);
        Assert.Equal(404, (await api.GetAsync("/v1/messages/msg_01jd9zt6x7f8k9m2n3p4q5r6s7")).Status);
        using var trigger = new FormUrlEncodedContent([new("jobs[]", "fold-events")]);
        using var triggered = await api.Http.PostAsync("/hangfire/recurring/trigger", trigger);
        Assert.True(triggered.IsSuccessStatusCode, $"{triggered.StatusCode}");
        return service;
    }

    /// <summary>Names and types of what is served, once all that is expected is there; else what there is after a while.</summary>
    private static async Task<Dictionary<string, string>> WaitForMetricsAsync(ServiceProcess service, HashSet<string> expected)
    {
        using var client = service.CreateClient(key: null);
        for (var attempt = 0; ; attempt++)
        {
            var text = await client.GetStringAsync("/metrics");
            var served = TypeLine().Matches(text).DistinctBy(m => m.Groups[1].Value)
                .ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);
            if (expected.IsSubsetOf(served.Keys) || attempt == 40)
            {
                return served;
            }

            await Task.Delay(500);
        }
    }

    /// <summary>A histogram is drawn by its parts.</summary>
    private static string Family(string name, Dictionary<string, string> served)
    {
        var part = HistogramPart().Replace(name, "");
        return served.GetValueOrDefault(part) == "histogram" ? part : name;
    }

    private static double Value(string text, string name, string label = "") => text.Split('\n')
        .Where(l => l.StartsWith(name + "{", StringComparison.Ordinal) && l.Contains(label, StringComparison.Ordinal))
        .Sum(l => double.Parse(l[(l.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));

    private static string InCheckout(string path)
    {
        var checkout = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(checkout.FullName, "MailApi.sln")))
        {
            checkout = checkout.Parent!;
        }

        return Path.Combine(checkout.FullName, path);
    }

    [GeneratedRegex(@"^\| `((?:mailapi|http_server|dotnet)_[a-z0-9_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex DocumentedName();

    [GeneratedRegex(@"\b(mailapi|http_server|dotnet)_[a-z0-9_]+")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"^# TYPE (\S+) (\S+)$", RegexOptions.Multiline)]
    private static partial Regex TypeLine();

    [GeneratedRegex("_(bucket|sum|count)$")]
    private static partial Regex HistogramPart();
}
