using FedLearn.Coordinator.Ingest;
using FedLearn.Coordinator.Rounds;
using FedLearn.Proofs.Simulation.Server;
using FedLearn.Protocol;

namespace FedLearn.Proofs.Simulation.Bugs;

/// <summary>A gate that counts an update without comparing its bytes with its digest.</summary>
internal sealed class CountBeforeDigest : IPlantedBug
{
    public string Summary => "an update is counted before its digest is checked";

    public SimParts Plant() => new() { Gate = () => new TrustingGate() };

    private sealed class TrustingGate() : SimGate(SimParts.QuietLog)
    {
        public override Problem? CheckWhole(OpenRun run, AnnouncedUpdate update, IReadOnlyList<WholePart> parts) =>
            base.CheckWhole(run, update, [parts[0] with { Digest = update.Header.Parts[0].Digest.ToByteArray() }]);
    }
}
