using System.CommandLine;
using FedLearn.Cli.Operator;
using FedLearn.Cli.Shell;
using FedLearn.Protocol.V1;
using Grpc.Core;


namespace FedLearn.Cli.Runs;

/// <summary><c>fedlearn client</c>.</summary>
internal static class ClientCommand
{
    public static Command Create() => new Command("client", "Shows the federation's clients.") { List(), Details() }.WithExamples("fedlearn client ls", "fedlearn client show hospital-a");

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

    private static Command Details()
    {
        var client = new Argument<string>("client") { Description = "The client's id, as `fedlearn client ls` prints it.", HelpName = "CLIENT" };
        var json = OperatorCommand.JsonOption();
        return new Command("show", "Shows a client: when it was last heard of, its certificate, the runs that it declined, and what it reported of each run.") { client, json }
            .Calling(async (connection, result, cancellationToken) =>
            {
                var id = result.GetRequiredValue(client);
                var clients = (await connection.Runs.ListClientsAsync(new ListClientsRequest(), connection.Headers, cancellationToken: cancellationToken)).Clients;
                var identity = await IdentityAsync(connection, id, cancellationToken);
                var found = clients.FirstOrDefault(c => c.ClientId == id);
                if (found is null && identity is null)
                {
                    throw new CliException($"there is no client '{id}'; `fedlearn client ls` and `fedlearn pki ls` list them");
                }

                var shown = new ClientDetails(id, found, identity, await ReportsAsync(connection, id, cancellationToken));
                shown.Print(result.InvocationConfiguration.Output, result.GetValue(json));
                return ExitCode.Ok;
            })
            .WithExamples("fedlearn client show hospital-a", "fedlearn client show hospital-a --json");
    }

    /// <summary>Its certificate; null where it has none, or the coordinator knows clients by token.</summary>
    private static async Task<ClientIdentity?> IdentityAsync(OperatorConnection connection, string id, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await connection.Identities.ListIdentitiesAsync(new ListIdentitiesRequest(), connection.Headers, cancellationToken: cancellationToken);
            return reply.Identities.FirstOrDefault(i => i.ClientId == id);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
        {
            return null;
        }
    }

    /// <summary>Its newest evaluation in each run.</summary>
    private static async Task<IReadOnlyList<ClientReport>> ReportsAsync(OperatorConnection connection, string id, CancellationToken cancellationToken)
    {
        var reports = new List<ClientReport>();
        var runs = await connection.Runs.ListRunsAsync(new ListRunsRequest(), connection.Headers, cancellationToken: cancellationToken);
        foreach (var run in runs.Runs)
        {
            var whole = await connection.Runs.GetRunAsync(new GetRunRequest { RunId = run.RunId }, connection.Headers, cancellationToken: cancellationToken);
            if (whole.Rounds.LastOrDefault(r => r.Evaluations.Any(e => e.ClientId == id)) is { } round)
            {
                reports.Add(new(run.RunId, round.Number, round.Evaluations.First(e => e.ClientId == id)));
            }
        }

        return reports;
    }
}
