using MailApi.Core.Telemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace MailApi.Hosting;

/// <summary>
/// What operators see: <c>/metrics</c> for Prometheus always, OTLP as well once <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names
/// who takes it. Without it there are no traces, and no span is ever made.
/// </summary>
internal static class Telemetry
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>
    /// Of one instrument: the most there are of, requests by route, method and status, stay well below. Memory is taken for
    /// all of them at the start.
    /// </summary>
    private const int MaxSeries = 500;

    public static void AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        var exports = !string.IsNullOrWhiteSpace(configuration[Endpoint]);
        var telemetry = services.AddOpenTelemetry()

            // What the environment says comes last, and counts.
            .ConfigureResource(r => r.AddService("mailapi").AddEnvironmentVariableDetector())
            .WithMetrics(metrics => AddMetrics(metrics, exports));
        if (exports)
        {
            telemetry.WithTracing(AddTraces);
        }

        services.AddHostedService<QueueWatch>();
    }

    private static void AddMetrics(MeterProviderBuilder metrics, bool exports)
    {
        var stream = new MetricStreamConfiguration { CardinalityLimit = MaxSeries };
        metrics.AddMeter(MailMeter.Name, "Microsoft.AspNetCore.Hosting")
            .AddRuntimeInstrumentation().AddView(_ => stream).AddPrometheusExporter();
        if (exports)
        {
            metrics.AddOtlpExporter();
        }
    }

    private static void AddTraces(TracerProviderBuilder traces) => traces
        .AddSource(MailTraces.Name)
        .AddAspNetCoreInstrumentation(o =>
        {
            o.Filter = context => context.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal);

            // Paths hold addresses, as do queries: the pattern of the route says enough.
            o.EnrichWithHttpResponse = (span, response) => span
                .SetTag("url.path", (response.HttpContext.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText)
                .SetTag("url.query", null);
        })
        .AddOtlpExporter();
}
