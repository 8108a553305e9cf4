using System.Globalization;
using Serilog;
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

    public static Serilog.Core.Logger Create(CoordinatorOptions options)
    {
        ITextFormatter format = options.PlainLog
            ? new MessageTemplateTextFormatter(Line, CultureInfo.InvariantCulture)
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

        return logger.CreateLogger();
    }
}
