using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace FedLearn.Coordinator.Operations.Telemetry;

/// <summary>
/// Where metrics and traces go: metrics as Prometheus text to whoever asks at the operations address, and both by OTLP where OpenTelemetry's
/// environment variables name an endpoint.
/// </summary>
internal static class TelemetryServices
{
    /// <summary>The path of the metrics.</summary>
    public const string MetricsPath = "/metrics";

    private const string OperationsMark = "fedlearn.operations";

    /// <summary>Collects metrics, and traces where they go anywhere. The home of several federations does so for all of them: meters and sources belong to the process.</summary>
    public static void AddTelemetry(this IServiceCollection services, CoordinatorOptions options)
    {
        if (options.IsGuest)
        {
            return;
        }

        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource =>
        {
            if (!OtelEnvironment.NamesService)
            {
                resource.AddService("fedlearn-coordinator", serviceVersion: BuildInfo.Version);
            }
        });
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter(CoordinatorMetrics.MeterName, "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel").AddPrometheusExporter(prometheus => prometheus.ScopeInfoEnabled = options.FederationName is not null);
            if (OtelEnvironment.Exports("METRICS"))
            {
                metrics.AddOtlpExporter();
            }
        });
        if (OtelEnvironment.Exports("TRACES"))
        {
            telemetry.WithTracing(traces => traces.AddSource(RoundTrace.SourceName, "Microsoft.AspNetCore").AddProcessor(new CallNames()).AddOtlpExporter());
        }
    }

    /// <summary>Notes of a listener's connections that they came to the operations address.</summary>
    public static void MarkOperations(ListenOptions listen) => listen.Use(next => connection =>
    {
        connection.Items[OperationsMark] = true;
        return next(connection);
    });

    /// <summary>Answers with the metrics, at the operations address alone.</summary>
    public static void MapMetrics(this WebApplication app, CoordinatorOptions options)
    {
        if (!options.IsGuest)
        {
            app.UseOpenTelemetryPrometheusScrapingEndpoint(http => http.Request.Path == MetricsPath && IsOperations(http));
        }
    }

    private static bool IsOperations(HttpContext http) =>
        http.Features.Get<IConnectionItemsFeature>()?.Items.ContainsKey(OperationsMark) == true;

    /// <summary>The server's spans are all named alike; these bear the name of the gRPC call.</summary>
    private sealed class CallNames : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data)
        {
            if (data.GetTagItem("grpc.method") is string call)
            {
                data.DisplayName = call;
            }
        }
    }
}
