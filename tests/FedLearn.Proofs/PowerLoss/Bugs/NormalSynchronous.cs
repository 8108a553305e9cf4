namespace FedLearn.Proofs.PowerLoss.Bugs;

/// <summary>As with <c>synchronous=NORMAL</c>, a commit returns although its log is not synced.</summary>
internal sealed class NormalSynchronous : PlantedBug
{
    public override string Name => "synchronous-normal";

    public override bool SyncsDatabase(string path) => !path.EndsWith("-wal", StringComparison.Ordinal);
}
