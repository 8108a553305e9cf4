using System.CommandLine;
using FedLearn.Cli.Operator;
using FedLearn.Cli.Shell;
using FedLearn.Core.Specs;
using FedLearn.Protocol.V1;

namespace FedLearn.Cli.Runs;

/// <summary><c>fedlearn run</c>.</summary>
internal static class RunCommand
{
    public static Command Create() =>
        new Command("run", "Creates, shows, follows, plots, exports, pauses and stops runs.")
        {
            RunCreateCommand.Create(), List(), Details(), RunWatchCommand.Create(), RunPlotCommand.Create(), RunExportCommand.Create(), Pause(), Resume(), Stop(),
            RunVerifyCommand.Create(), Spec(),
        }
            .WithExamples("fedlearn run create spec.json --watch", "fedlearn run ls --json");

    private static Command List()
    {
        var json = OperatorCommand.JsonOption();
        return new Command("ls", "Lists all runs, oldest first.") { json }
            .Calling(async (connection, result, cancellationToken) =>
            {
                var reply = await connection.Runs.ListRunsAsync(new ListRunsRequest(), connection.Headers, cancellationToken: cancellationToken);
                RunPrinter.List(result.InvocationConfiguration.Output, reply.Runs, result.GetValue(json));
                return ExitCode.Ok;
            })
            .WithExamples("fedlearn run ls", "fedlearn run ls --json");
    }

    private static Command Details()
    {
        var (run, json) = (OperatorCommand.RunArgument(), OperatorCommand.JsonOption());
        return new Command("show", "Shows a run with its rounds.") { run, json }
            .Calling(async (connection, result, cancellationToken) =>
            {
                var request = new GetRunRequest { RunId = await connection.RunIdAsync(result, run, cancellationToken) };
                var reply = await connection.Runs.GetRunAsync(request, connection.Headers, cancellationToken: cancellationToken);
                RunPrinter.Details(result.InvocationConfiguration.Output, reply, result.GetValue(json));
                return ExitCode.Ok;
            })
            .WithExamples("fedlearn run show RUN", "fedlearn run show RUN --json");
    }

    private static Command Pause()
    {
        var run = OperatorCommand.RunArgument();
        var reason = Reason();
        return new Command("pause", "Pauses a run: its open round goes on to its end, then none opens until it is resumed.") { run, reason }
            .Calling(async (connection, result, cancellationToken) =>
            {
                var request = new PauseRunRequest { RunId = await connection.RunIdAsync(result, run, cancellationToken), Reason = result.GetValue(reason) ?? "" };
                var reply = await connection.Runs.PauseRunAsync(request, connection.Headers, cancellationToken: cancellationToken);
                await result.InvocationConfiguration.Output.WriteLineAsync(RunText.Line(reply.Run));
                return ExitCode.Ok;
            })
            .WithExamples("fedlearn run pause RUN --reason \"hospital-b migrates its database\"");
    }

    private static Command Resume()
    {
        var run = OperatorCommand.RunArgument();
        return new Command("resume", "Lets a paused run go on.") { run }
            .Calling(async (connection, result, cancellationToken) =>
            {
                var request = new ResumeRunRequest { RunId = await connection.RunIdAsync(result, run, cancellationToken) };
                var reply = await connection.Runs.ResumeRunAsync(request, connection.Headers, cancellationToken: cancellationToken);
                await result.InvocationConfiguration.Output.WriteLineAsync(RunText.Line(reply.Run));
                return ExitCode.Ok;
            })
            .WithExamples("fedlearn run resume RUN");
    }

    private static Option<string> Reason() =>
        new("--reason") { Description = "For the record; at most 500 characters.", HelpName = "TEXT", DefaultValueFactory = _ => "" };

    private static Command Stop()
    {
        var run = OperatorCommand.RunArgument();
        var reason = Reason();
        return new Command("stop", "Ends a run; its published versions stay.") { run, reason }
            .Calling(async (connection, result, cancellationToken) =>
            {
                var request = new StopRunRequest { RunId = await connection.RunIdAsync(result, run, cancellationToken), Reason = result.GetValue(reason) ?? "" };
                var reply = await connection.Runs.StopRunAsync(request, connection.Headers, cancellationToken: cancellationToken);
                await result.InvocationConfiguration.Output.WriteLineAsync(RunText.Line(reply.Run));
                return ExitCode.Ok;
            })
            .WithExamples("fedlearn run stop RUN --reason \"wrong seed\"");
    }

    private static Command Spec()
    {
        var command = new Command("spec", "Prints the reference of the run spec: every field with type, bounds, unit and default.");
        command.SetAction(result => result.InvocationConfiguration.Output.Write(RunSpecReference.Markdown()));
        return command.WithExamples("fedlearn run spec > docs/run-spec.md");
    }
}
