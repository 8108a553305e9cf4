using System.CommandLine;
using FedLearn.Cli.Pki;
using FedLearn.Cli.Shell;
using FedLearn.Client.Identity;
using FedLearn.Client.Provenance;
using FedLearn.Core.Proofs.Statements;
using Grpc.Net.Client;
using V1 = FedLearn.Protocol.V1;

namespace FedLearn.Cli.Receipts;

/// <summary><c>fedlearn receipt</c>: what a participant has in hand against its coordinator.</summary>
internal static class ReceiptCommand
{
    private static readonly Option<DirectoryInfo> s_state = new("--state") { Description = "The worker's state folder; the worker may be running.", HelpName = "DIR", Required = true };

    private static readonly Option<FileInfo> s_key = new("--key") { Description = "The coordinator's public key (DER), had on another way; otherwise the keys that lie beside the receipts.", HelpName = "KEY.der" };

    public static Command Create() => new Command("receipt", "Lists and verifies the receipts that a participant has kept.") { List(), Verify() }
        .WithExamples("fedlearn receipt ls --state state", "fedlearn receipt verify --state state", "fedlearn receipt verify --state state --online");

    private static Command List()
    {
        var command = new Command("ls", "Lists the receipts, and whether the coordinator's key has signed them.") { s_state, s_key };
        command.SetAction(result =>
        {
            var table = new TextTable("run", "round", "accepted", "examples", "digest", "signed by");
            foreach (var (place, receipt, keyId) in KeptReceipts.Read(StateOf(result), Keys(result)))
            {
                table.Add(
                    receipt?.RunId ?? $"{place} is no receipt", $"{receipt?.Round}", receipt is null ? "" : Show.Time(receipt.AcceptedUnixMs), $"{receipt?.NumExamples}",
                    receipt is null ? "" : Convert.ToHexStringLower(receipt.Digest.Span)[..16], keyId?[..16] ?? "nobody known");
            }

            table.Write(result.InvocationConfiguration.Output);
            return ExitCode.Ok;
        });
        return command.WithExamples("fedlearn receipt ls --state state");
    }

    private static Command Verify()
    {
        var online = new Option<bool>("--online") { Description = "Also ask the coordinator, by the participant's certificate, for the proof that its log tells of each, and goes on from the head that was known." };
        var command = new Command("verify", "Verifies every receipt's signature, offline; with --online also the log. Exit 0 only if all holds.") { s_state, s_key, online };
        command.SetAction((result, cancellationToken) => VerifyAsync(result, result.GetValue(online), result.InvocationConfiguration.Output, cancellationToken));
        return command.WithExamples("fedlearn receipt verify --state state", "fedlearn receipt verify --state state --key coordinator.key.der --online");
    }

    private static async Task<int> VerifyAsync(ParseResult result, bool online, TextWriter output, CancellationToken cancellationToken)
    {
        var keys = Keys(result);
        var receipts = KeptReceipts.Read(StateOf(result), keys).ToList();
        var mistakes = 0;
        foreach (var kept in receipts.Where(r => r.KeyId is null))
        {
            mistakes++;
            await output.WriteLineAsync($"{kept.Place}: {(kept.Receipt is null ? "no receipt; a line that was cut or changed" : "not signed by a key that is known")}");
        }

        var holding = receipts.Where(r => r.KeyId is not null).ToList();
        await output.WriteLineAsync($"{holding.Count} of {receipts.Count} receipts are signed by the coordinator's key");
        if (online)
        {
            mistakes += await AskAsync(StateOf(result), holding, keys, output, cancellationToken);
        }

        return mistakes == 0 && receipts.Count > 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private static async Task<int> AskAsync(string state, List<KeptReceipt> receipts, IReadOnlyList<StatementKey> keys, TextWriter output, CancellationToken cancellationToken)
    {
        using var identity = ClientIdentity.Load(Path.Combine(state, EnrolCommand.IdentityFolder));
        using var handler = new SocketsHttpHandler();
        identity.SecureBothWays(handler, TimeProvider.System);
        using var channel = GrpcChannel.ForAddress(identity.Address, new GrpcChannelOptions { HttpHandler = handler });
        var witness = new LogWitness(new V1.Federation.FederationClient(channel), state, keys);
        var (known, mistakes) = (witness.Size, 0);
        foreach (var kept in receipts)
        {
            if (await witness.FindMistakeAsync(kept, cancellationToken) is { } mistake)
            {
                mistakes++;
                await output.WriteLineAsync($"{kept.Place}: {mistake}");
            }
        }

        witness.Keep();
        await output.WriteLineAsync($"{receipts.Count - mistakes} of {receipts.Count} stand in the log of {witness.Size} entries, {(known == 0 ? "of which no head was known before" : $"which goes on from the {known} that were known")}");
        return mistakes;
    }

    private static string StateOf(ParseResult result) => result.GetRequiredValue(s_state).FullName;

    private static IReadOnlyList<StatementKey> Keys(ParseResult result) => result.GetValue(s_key) is not { } file
        ? KeptReceipts.Keys(StateOf(result))
        : [StatementKey.TryRead(File.ReadAllBytes(file.FullName)) ?? throw new CliException($"--key: {file.FullName} is no public key on the curve P-256 (DER)", ExitCode.Usage)];
}
