using System.CommandLine;
using FedLearn.Cli.Data;
using FedLearn.Cli.Pki;
using FedLearn.Cli.Shell;
using FedLearn.Client;
using FedLearn.Client.Identity;
using FedLearn.Client.Vault;
using FedLearn.Client.Vault.Keys;
using FedLearn.Training;
using FedLearn.Training.Data;
using Microsoft.Extensions.Logging;

namespace FedLearn.Cli.Worker;

/// <summary><c>fedlearn worker</c>: takes part in a federation with the data of a vault and the built-in trainers.</summary>
internal static class WorkerCommand
{
    private const string DefaultCoordinator = "http://127.0.0.1:7070";

    private static readonly Option<string> s_coordinator = new("--coordinator") { Description = $"The coordinator's address; where none is given, the one that came with the identity, or {DefaultCoordinator}.", HelpName = "URL" };
    private static readonly Option<string?> s_trust = TrustOption.Create();
    private static readonly Option<DirectoryInfo> s_identity = new("--identity") { Description = "The folder of this participant's certificate; STATE/identity, where `fedlearn enrol` has made one, otherwise a token.", HelpName = "DIR" };
    private static readonly Option<string> s_id = new("--id") { Description = "This participant's id: a-z, 0-9 and -, unique in the federation; with an identity its own.", HelpName = "ID" };
    private static readonly Option<DirectoryInfo> s_vault = new("--vault") { Description = "The vault with this participant's data.", HelpName = "DIR" };
    private static readonly Option<string?> s_version = new("--data-version") { Description = "The version to train on; the latest where none is given.", HelpName = "VERSION" };
    private static readonly Option<DirectoryInfo> s_state = new("--state") { Description = "The folder for token and pending updates, sealed under the vault's key.", HelpName = "DIR" };
    private static readonly Option<long> s_maxSteps = new("--max-steps") { Description = "The most optimizer steps a round, for weak machines; 0 = as the run asks.", HelpName = "N" };
    private static readonly Option<double> s_maxSeconds = new("--max-seconds") { Description = "The most seconds of training a round; 0 = as the run asks.", HelpName = "X" };
    private static readonly Option<bool> s_labels = new("--report-label-counts") { Description = "Tell the coordinator how many training examples have each label, and not their number alone." };
    private static readonly Option<bool> s_evaluate = new("--evaluate-only") { Description = "Never train: evaluate the versions of runs on all of the vault's data." };
    private static readonly Option<DirectoryInfo> s_export = new("--export-own") { Description = "When a run is over, write this participant's own model or tensors of it here, in the clear.", HelpName = "DIR" };
    private static readonly Option<bool> s_exit = new("--exit-when-done") { Description = "End, with 0, once a run was served and none is open any more." };
    private static readonly Option<LogLevel> s_logLevel = LogLevelOption.Create();
    private static readonly Option<bool> s_jsonLog = new("--json-log") { Description = "Log compact JSON instead of lines for a person." };

    public static Command Create()
    {
        var command = new Command("worker", "Takes part in a federation: trains on the data of a vault until stopped.")
        {
            s_coordinator, s_trust, s_id, s_vault, s_version, s_state, s_maxSteps, s_maxSeconds, s_labels, s_evaluate, s_export, s_exit, s_logLevel, s_jsonLog,
            s_identity,
        };
        var key = new KeyOptions().AddTo(command);
        var slots = new SlotOptions().AddTo(command);
        var policy = new PolicyOptions().AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var slot = slots.Take(result);
            var place = slot is null ? Named(result, key) : await slots.PrepareAsync(result, slot, cancellationToken);
            await RunAsync(result, place, policy.Read(result), cancellationToken);
            return ExitCode.Ok;
        });
        return command.WithExamples(
            "fedlearn worker --id hospital-a --vault vault --key-file vault.key --state state --serve first-run",
            "fedlearn worker --vault vault --key-file vault.key --state state --serve first-run",
            "fedlearn worker --coordinator http://127.0.0.1:7070 --id pi-3 --vault vault --key-file vault.key --state state --serve first-run --max-seconds 20",
            "fedlearn worker --coordinator https://coordinator.example:7070 --trust ca.pem --id hospital-a --vault vault --key-file vault.key --state state --serve first-run",
            "fedlearn worker --id benchmark --vault vault --key-file vault.key --state state --serve first-run --evaluate-only",
            "fedlearn worker --slots /slots --keys /keys --id-prefix worker --digits 1000 --serve \"*\" --exit-when-done");
    }

    private static WorkerPlace Named(ParseResult result, KeyOptions key)
    {
        var state = (result.GetValue(s_state) ?? throw Missing(s_state)).FullName;
        using var identity = IdentityOf(result, state) is { } folder ? ClientIdentity.Load(folder) : null;
        return new WorkerPlace(
            result.GetValue(s_id) ?? identity?.Name.Client ?? throw Missing(s_id),
            (result.GetValue(s_vault) ?? throw Missing(s_vault)).FullName,
            state,
            key.Read(result));
    }

    private static string? IdentityOf(ParseResult result, string state)
    {
        var usual = Path.Combine(state, EnrolCommand.IdentityFolder);
        return result.GetValue(s_identity)?.FullName ?? (ClientIdentity.Exists(usual) ? usual : null);
    }

    private static async Task RunAsync(ParseResult result, WorkerPlace place, WorkerPolicy policy, CancellationToken cancellationToken)
    {
        using var telemetry = WorkerTelemetry.Start(place.Id);
        using var logging = WorkerLog.Create(result.GetValue(s_jsonLog), result.GetValue(s_logLevel));
        using var vault = DataVault.Open(place.Vault, place.Key, TimeProvider.System);
        var version = vault.Find(result.GetValue(s_version));
        var folder = IdentityOf(result, place.State);
        using var identity = folder is null ? null : ClientIdentity.Load(folder);
        var options = new WorkerOptions
        {
            Coordinator = result.GetValue(s_coordinator) ?? identity?.Address ?? DefaultCoordinator,
            Identity = folder,
            TrustedCertificate = result.GetValue(s_trust),
            ClientId = place.Id,
            StateFolder = place.State,
            Key = place.Key,
            Policy = policy,
            MaxSteps = result.GetValue(s_maxSteps),
            MaxSeconds = result.GetValue(s_maxSeconds),
            ReportLabelCounts = result.GetValue(s_labels),
            EvaluateOnly = result.GetValue(s_evaluate),
            ExportOwn = result.GetValue(s_export)?.FullName,
            ExitWhenDone = result.GetValue(s_exit),
            DataVersion = version.Name,
            Logging = logging,
        };
        if (options.Mistakes() is { Count: > 0 } mistakes)
        {
            throw new CliException(string.Join(Environment.NewLine, mistakes), ExitCode.Usage);
        }

        var data = VaultData.Load(vault, version);
        await FederationClient.RunAsync(options, LocalTrainer.ForAllKinds(options.EvaluateOnly ? data.ForEvaluation() : data), cancellationToken);
    }

    private static CliException Missing(Option option) => new($"expected {option.Name}, or --slots for one of several like workers"
        + (option == s_id ? "; an enrolled worker (`fedlearn enrol INVITATION --state DIR`) has its id already" : ""), ExitCode.Usage);
}

/// <summary>Who a worker is, and where its data, its state and its key lie.</summary>
internal sealed record WorkerPlace(string Id, string Vault, string State, KeySource Key);
