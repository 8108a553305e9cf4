using FedLearn.Client;
using FedLearn.Coordinator.Operations.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace FedLearn.Cli.Worker;

/// <summary>Sends a worker's traces and metrics where OpenTelemetry's environment variables say, and nowhere by default.</summary>
internal sealed class WorkerTelemetry : IDisposable
{
    private readonly TracerProvider? _traces;
    private readonly MeterProvider? _metrics;

    private WorkerTelemetry(TracerProvider? traces, MeterProvider? metrics) => (_traces, _metrics) = (traces, metrics);

    /// <summary>Starts what the variables ask for.</summary>
    /// <param name="clientId">The instance's name beside the service's.</param>
    public static WorkerTelemetry Start(string clientId) => new(
        OtelEnvironment.Exports("TRACES")
            ? Sdk.CreateTracerProviderBuilder().ConfigureResource(r => Name(r, clientId)).AddSource(Telemetry.Name, "System.Net.Http").AddOtlpExporter().Build()
            : null,
        OtelEnvironment.Exports("METRICS")
            ? Sdk.CreateMeterProviderBuilder().ConfigureResource(r => Name(r, clientId)).AddMeter(Telemetry.Name, "System.Runtime").AddOtlpExporter().Build()
            : null);

    /// <summary>Sends what is left.</summary>
    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    private static void Name(ResourceBuilder resource, string clientId)
    {
        if (!OtelEnvironment.NamesService)
        {
            resource.AddService("fedlearn-worker", serviceInstanceId: clientId);
        }
    }
}
