using System.Globalization;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Extensions.Logging;
using Serilog.Formatting;
using Serilog.Formatting.Compact;
using Serilog.Formatting.Display;

namespace FedLearn.Cli.Worker;

/// <summary>The worker's log: lines for a person, or compact JSON.</summary>
internal static class WorkerLog
{
    private const string Line = "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}";

    public static SerilogLoggerFactory Create(bool json, LogLevel level)
    {
        ITextFormatter format = json ? new RenderedCompactJsonFormatter() : new MessageTemplateTextFormatter(Line, CultureInfo.InvariantCulture);
        return new SerilogLoggerFactory(new LoggerConfiguration().MinimumLevel.Is(LevelConvert.ToSerilogLevel(level)).WriteTo.Console(format).CreateLogger(), dispose: true);
    }
}
