using System.CommandLine;
using FedLearn.Cli.Elsewhere;
using FedLearn.Cli.Operator;
using FedLearn.Cli.Shell;

namespace FedLearn.Cli.Runs;

/// <summary><c>fedlearn run watch</c>.</summary>
internal static class RunWatchCommand
{
    public static Command Create()
    {
        var (run, json) = (OperatorCommand.RunArgument(), OperatorCommand.JsonOption());
        var command = new Command("watch", "Follows a run until it is over; exit 0 only if it completes. A table and a curve on a terminal, a line a round elsewhere; --json prints one object a line.") { run, json };
        var sinks = new SinkOptions().AddTo(command);
        return command
            .Calling(async (connection, result, cancellationToken) =>
            {
                var runId = await connection.RunIdAsync(result, run, cancellationToken);
                await using var sink = sinks.Open(result);
                return await RunWatcher.WatchAsync(connection, runId, result.GetValue(json), result.InvocationConfiguration.Output, sink, cancellationToken);
            })
            .WithExamples("fedlearn run watch RUN", "fedlearn run watch RUN --tensorboard logs", "fedlearn run watch RUN --mlflow http://127.0.0.1:5000");
    }
}
