using System.Globalization;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting;
using Serilog.Formatting.Compact;
using Serilog.Formatting.Display;

namespace FedLearn.Coordinator.Operations;

/// <summary>The log that operators watch: plain lines in Development, compact JSON in Production, no framework noise at Information.</summary>
internal static class Logging
{
    private const string Line = "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}";
    private const string LineOfSeveral = "{Timestamp:HH:mm:ss} {Level:u3} [{Federation}] {Message:lj}{NewLine}{Exception}";

    /// <summary>The property of a line that names its federation, where the coordinator serves several.</summary>
    public const string FederationProperty = "Federation";

    public static Serilog.Core.Logger Create(CoordinatorOptions options)
    {
        ITextFormatter format = options.PlainLog
            ? new MessageTemplateTextFormatter(options.FederationName is null ? Line : LineOfSeveral, CultureInfo.InvariantCulture)
            : new RenderedCompactJsonFormatter();
        var logger = new LoggerConfiguration()
            .MinimumLevel.Is(LevelConvert.ToSerilogLevel(options.LogLevel))
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("Microsoft.EntityFrameworkCore", LogEventLevel.Error)
            .MinimumLevel.Override("Grpc", LogEventLevel.Error)
            // A failed start is said once, in one line, by whoever started it; the host would add a stack trace.
            .MinimumLevel.Override("Microsoft.Extensions.Hosting.Internal.Host", LogEventLevel.Fatal)
            .WriteTo.Console(format);
        if (options.LogFile is { } file)
        {
            logger = logger.WriteTo.File(format, file);
        }

        return (options.FederationName is { } name ? logger.Enrich.With(new FederationEnricher(name)) : logger).CreateLogger();
    }

    /// <summary>Names the federation, unless the line does so already.</summary>
    private sealed class FederationEnricher(string name) : ILogEventEnricher
    {
        private readonly LogEventProperty _property = new(FederationProperty, new ScalarValue(name));

        public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory) => logEvent.AddPropertyIfAbsent(_property);
    }
}
