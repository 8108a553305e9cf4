using System.CommandLine;
using FedLearn.Cli.Operator;
using FedLearn.Cli.Shell;
using FedLearn.Protocol.V1;

namespace FedLearn.Cli.Runs;

/// <summary><c>fedlearn client</c>.</summary>
internal static class ClientCommand
{
    public static Command Create() => new Command("client", "Shows the federation's clients.") { List() }.WithExamples("fedlearn client ls");

    private static Command List()
    {
        var json = OperatorCommand.JsonOption();
        return new Command("ls", "Lists the clients, and the runs that they declined with their reasons.") { json }
            .Calling(async (connection, result, cancellationToken) =>
            {
                var reply = await connection.Runs.ListClientsAsync(new ListClientsRequest(), connection.Headers, cancellationToken: cancellationToken);
                RunPrinter.Clients(result.InvocationConfiguration.Output, reply.Clients, result.GetValue(json));
                return ExitCode.Ok;
            })
            .WithExamples("fedlearn client ls", "fedlearn client ls --json");
    }
}
