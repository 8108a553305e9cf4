namespace FedLearn.Coordinator.Operations.Telemetry;

/// <summary>
/// What OpenTelemetry's environment variables say of whether and where to send, as its specification has them ("OpenTelemetry Environment Variable
/// Specification" and "OpenTelemetry Protocol Exporter"); how to send (headers, protocol, intervals, sampling) its exporters read themselves.
/// </summary>
public static class OtelEnvironment
{
    /// <summary>
    /// Whether a signal is to be sent by OTLP: where an endpoint is named for it, or <c>OTEL_TRACES_EXPORTER=otlp</c> asks for the usual one, unless
    /// that says <c>none</c> or <c>OTEL_SDK_DISABLED</c> is true. Nothing is sent by default.
    /// </summary>
    /// <param name="signal"><c>METRICS</c> or <c>TRACES</c>.</param>
    public static bool Exports(string signal)
    {
        if (string.Equals(Read("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        return Read($"OTEL_{signal}_EXPORTER") switch
        {
            null => (Read($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT") ?? Read("OTEL_EXPORTER_OTLP_ENDPOINT")) is not null,
            var exporters => exporters.Split(',', StringSplitOptions.TrimEntries).Contains("otlp", StringComparer.Ordinal),
        };
    }

    /// <summary>Whether the variables name this process: otherwise it names itself.</summary>
    public static bool NamesService =>
        Read("OTEL_SERVICE_NAME") is not null || Read("OTEL_RESOURCE_ATTRIBUTES")?.Contains("service.name=", StringComparison.Ordinal) == true;

    private static string? Read(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
