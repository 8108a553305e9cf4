using System.CommandLine;
using FedLearn.Cli.Operator;
using FedLearn.Cli.Shell;
using FedLearn.Coordinator.Identity;
using FedLearn.Protocol.Identity;
using FedLearn.Protocol.V1;

namespace FedLearn.Cli.Pki;

/// <summary><c>fedlearn pki</c>: a federation's authorities, and who takes part.</summary>
internal static class PkiCommand
{
    /// <summary>By which names a coordinator is called where none are given: those of this machine for itself.</summary>
    public static readonly string[] DefaultHosts = ["localhost", "127.0.0.1", "::1"];

    public static Command Create() => new Command("pki", "Makes a federation's authorities; invites, lists and revokes participants.") { Init(), Invite(), List(), Revoke(), TokenCommand.Create() }
        .WithExamples("fedlearn pki init pki --host coordinator.example", "fedlearn pki invite hospital-a", "fedlearn pki ls", "fedlearn pki revoke hospital-a");

    private static Command Init()
    {
        var folder = new Argument<DirectoryInfo>("folder") { Description = "A new folder: its 'root' is for an offline place, its 'coordinator' for the coordinator.", HelpName = "DIR" };
        var federation = new Option<string>("--federation") { Description = "The federation's name: a-z, 0-9 and -.", HelpName = "NAME", DefaultValueFactory = _ => PkiFolder.DefaultFederation };
        var hosts = new Option<string[]>("--host") { Description = "A name or address by which the coordinator is called; may be given several times, names before addresses.", HelpName = "HOST", DefaultValueFactory = _ => DefaultHosts };
        var command = new Command("init", "Makes the authorities of a new federation, and the coordinator's certificate.") { folder, federation, hosts };
        command.SetAction(result =>
        {
            var (path, name, names) = (result.GetRequiredValue(folder).FullName, result.GetRequiredValue(federation), result.GetRequiredValue(hosts));
            if (!IdentityName.IsPart(name))
            {
                throw new CliException($"--federation: expected 1 to 63 of a-z, 0-9 and '-', got '{name}'", ExitCode.Usage);
            }

            CheckHosts(names);
            PkiFolder.Create(path, name, names, TimeProvider.System.GetUtcNow());
            result.InvocationConfiguration.Output.WriteLine($"federation {name}: start the coordinator with --pki {Path.Combine(path, "coordinator")}, and keep {Path.Combine(path, "root")} offline");
            return ExitCode.Ok;
        });
        return command.WithExamples("fedlearn pki init pki", "fedlearn pki init pki --federation hospitals --host coordinator.example --host 10.1.2.3");
    }

    private static Command Invite()
    {
        var client = ClientArgument();
        var valid = new Option<string>("--valid") { Description = "How long it can be used: such as 90s, 15m, 8h, 7d; a week at most.", HelpName = "TIME", DefaultValueFactory = _ => "15m" };
        var address = new Option<string>("--address") { Description = "The enrolment address to name, where the coordinator's own does not reach it from where the participant is.", HelpName = "URL" };
        var role = new Option<string>("--role") { Description = "Invite an operator, who may do all, or a viewer, who may see alone, instead of a participant.", HelpName = "ROLE" }.AcceptOnlyFromAmong("viewer", "operator");
        var count = new Option<int>("--count") { Description = "Invite CLIENT-1 to CLIENT-N instead, 1 to 1000; with --out.", HelpName = "N" };
        var target = new Option<DirectoryInfo>("--out") { Description = "Write each invitation to a file of the client's name in this folder, for its owner alone, and print nothing.", HelpName = "DIR" };
        return new Command("invite", "Invites a participant, operator or viewer: prints the word that it enrols with, once.") { client, valid, address, role, count, target }
            .Calling(async (connection, result, cancellationToken) =>
            {
                var invitations = new InvitationFiles(connection, Seconds(result.GetRequiredValue(valid)), result.GetValue(address) ?? "", result.GetValue(role) switch { "operator" => Role.Operator, "viewer" => Role.Viewer, _ => Role.Unspecified });
                var (id, many, folder) = (result.GetRequiredValue(client), result.GetValue(count), result.GetValue(target)?.FullName);
                if (many is < 0 or > 1000 || (many > 0 && folder is null))
                {
                    throw new CliException("--count: expected 1 to 1000, and --out DIR for their invitations", ExitCode.Usage);
                }

                if (folder is null)
                {
                    await result.InvocationConfiguration.Output.WriteLineAsync(await invitations.AskAsync(id, cancellationToken));
                    return ExitCode.Ok;
                }

                await invitations.WriteAsync(folder, many == 0 ? [id] : Enumerable.Range(1, many).Select(n => $"{id}-{n}"), cancellationToken);
                return ExitCode.Ok;
            })
            .WithExamples("fedlearn pki invite hospital-a", "fedlearn pki invite hospital-a --valid 8h", "fedlearn pki invite --role operator alice", "fedlearn pki invite worker --count 20 --out invitations");
    }

    private static Command List()
    {
        var json = OperatorCommand.JsonOption();
        return new Command("ls", "Lists who is invited or enrolled, until when, and when last seen.") { json }
            .Calling(async (connection, result, cancellationToken) =>
            {
                var reply = await connection.Identities.ListIdentitiesAsync(new ListIdentitiesRequest(), connection.Headers, cancellationToken: cancellationToken);
                IdentityPrinter.Print(result.InvocationConfiguration.Output, reply.Identities, result.GetValue(json));
                return ExitCode.Ok;
            })
            .WithExamples("fedlearn pki ls", "fedlearn pki ls --json");
    }

    private static Command Revoke()
    {
        var client = ClientArgument();
        return new Command("revoke", "Ends a participant's certificates and invitations at once, on open connections too.") { client }
            .Calling(async (connection, result, cancellationToken) =>
            {
                var id = result.GetRequiredValue(client);
                var reply = await connection.Identities.RevokeAsync(new RevokeRequest { ClientId = id }, connection.Headers, cancellationToken: cancellationToken);
                await result.InvocationConfiguration.Output.WriteLineAsync($"{id} is revoked; {reply.Certificates} valid certificates ended");
                return ExitCode.Ok;
            })
            .WithExamples("fedlearn pki revoke hospital-a");
    }

    /// <exception cref="CliException">One is neither a name nor an address.</exception>
    public static void CheckHosts(IEnumerable<string> hosts)
    {
        if (hosts.FirstOrDefault(h => Uri.CheckHostName(h) == UriHostNameType.Unknown) is { } wrong)
        {
            throw new CliException($"--host: expected a DNS name or an IP address, got '{wrong}'", ExitCode.Usage);
        }
    }

    private static Argument<string> ClientArgument() => new("client") { Description = "The participant's id: a-z, 0-9 and -; to revoke an operator or viewer, its id as `fedlearn pki ls` shows it.", HelpName = "CLIENT" };

    /// <summary>Reads a time such as 15m.</summary>
    internal static int Seconds(string text, int mostDays = 7)
    {
        var unit = text.Length > 1 ? text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 } : 0;
        return unit > 0 && int.TryParse(text.AsSpan(..^1), out var number) && number > 0 && (long)number * unit <= mostDays * 86_400
            ? number * unit
            : throw new CliException($"--valid: expected a time such as 90s, 15m, 8h or 7d, {mostDays} days at most, got '{text}'", ExitCode.Usage);
    }
}
