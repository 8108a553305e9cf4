using System.CommandLine;
using Microsoft.Extensions.Logging;

namespace FedLearn.Cli.Shell;

/// <summary><c>--log-level</c>: the least level that is logged.</summary>
internal static class LogLevelOption
{
    public static Option<LogLevel> Create() => new("--log-level")
    {
        Description = "Log events of this level and above: Debug also tells of each update.",
        HelpName = "LEVEL",
        DefaultValueFactory = _ => LogLevel.Information,
    };
}
