using System.CommandLine;

namespace FedLearn.Cli.Operator;

/// <summary>How an operator command runs: connect, call, print.</summary>
internal static class OperatorCommand
{
    /// <summary>The option for scripts.</summary>
    public static Option<bool> JsonOption() => new("--json") { Description = "Print JSON for scripts." };

    /// <summary>The argument that names a run.</summary>
    public static Argument<string> RunArgument() => new("run") { Description = "The run's id or name, as `fedlearn run ls` prints them.", HelpName = "RUN" };

    /// <summary>The id of the run that was named.</summary>
    public static Task<string> RunIdAsync(this OperatorConnection connection, ParseResult result, Argument<string> run, CancellationToken cancellationToken) =>
        connection.RunIdAsync(result.GetRequiredValue(run), cancellationToken);

    /// <summary>Adds the connection's options and sets what the command does.</summary>
    public static TCommand Calling<TCommand>(this TCommand command, Func<OperatorConnection, ParseResult, CancellationToken, Task<int>> action)
        where TCommand : Command
    {
        var options = new OperatorOptions().AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var connection = await options.ConnectAsync(result, cancellationToken);
            return await Interruption.NameAsync(() => action(connection, result, cancellationToken), cancellationToken);
        });
        return command;
    }
}
