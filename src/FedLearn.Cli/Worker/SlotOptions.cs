using System.CommandLine;
using FedLearn.Cli.Data;
using FedLearn.Cli.Pki;
using FedLearn.Cli.Shell;
using FedLearn.Client.Identity;
using FedLearn.Client.Vault;
using FedLearn.Client.Vault.Keys;

namespace FedLearn.Cli.Worker;

/// <summary>The options of a worker that is one of several like it, each with its own slot and its own shard of drawn digits.</summary>
internal sealed class SlotOptions
{
    private readonly Option<DirectoryInfo> _slots = new("--slots") { Description = "Take the lowest free numbered slot in this folder; id, vault and state lie in it.", HelpName = "DIR" };
    private readonly Option<DirectoryInfo> _keys = new("--keys") { Description = "The folder of the slots' vault keys, away from the data; with --slots.", HelpName = "DIR" };
    private readonly Option<DirectoryInfo> _invitations = new("--invitations") { Description = "Enrol at the first start with the file of the id's name in this folder; with --slots.", HelpName = "DIR" };
    private readonly Option<string> _prefix = new("--id-prefix") { Description = "The id is this, a dash and the slot's number.", HelpName = "TEXT", DefaultValueFactory = _ => "worker" };
    private readonly Option<int> _digits = new("--digits") { Description = "Draw and seal this many digits at the first start, in the slot's own hand.", HelpName = "COUNT", DefaultValueFactory = _ => 1000 };
    private readonly Option<long> _seed = new("--digits-seed") { Description = "The seed of the drawn digits.", HelpName = "N", DefaultValueFactory = _ => 1 };

    public SlotOptions AddTo(Command command)
    {
        foreach (var option in new Option[] { _slots, _keys, _invitations, _prefix, _digits, _seed })
        {
            command.Add(option);
        }

        return this;
    }

    /// <summary>The slot that the command line asks for, locked; null where it asks for none.</summary>
    public WorkerSlot? Take(ParseResult result) =>
        result.GetValue(_slots) is not { } slots ? null
        : result.GetValue(_keys) is null ? throw new CliException($"{_slots.Name} needs {_keys.Name}", ExitCode.Usage)
        : WorkerSlot.Take(slots.FullName);

    /// <summary>At the slot's first start fills its vault, and where there are invitations enrols.</summary>
    public async Task<WorkerPlace> PrepareAsync(ParseResult result, WorkerSlot slot, CancellationToken cancellationToken)
    {
        var keys = result.GetValue(_keys)!.FullName;
        Directory.CreateDirectory(keys);
        var key = KeySource.FromKeyFile(Path.Combine(keys, $"{slot.Number}.key"));
        var vault = Path.Combine(slot.Folder, "vault");
        if (!DataVault.Exists(vault) || DataVault.List(vault).Count == 0)
        {
            var source = SourceOptions.Digits(result.GetValue(_digits), result.GetValue(_seed), slot.Number);
            DataImport.Run(vault, key, [source], new ImportOptions { TestFraction = 0.2 }, progress: null, cancellationToken);
        }

        var place = new WorkerPlace($"{result.GetValue(_prefix)}-{slot.Number}", vault, Path.Combine(slot.Folder, "state"), key);
        var identity = Path.Combine(place.State, EnrolCommand.IdentityFolder);
        if (result.GetValue(_invitations) is { } invitations && !ClientIdentity.Exists(identity))
        {
            using var enrolled = await Enroller.EnrolAsync(EnrolCommand.ReadFile(Path.Combine(invitations.FullName, place.Id)), identity, cancellationToken: cancellationToken);
        }

        return place;
    }
}
