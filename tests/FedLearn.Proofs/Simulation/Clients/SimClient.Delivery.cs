using FedLearn.Proofs.Simulation.Server;
using Grpc.Core;

namespace FedLearn.Proofs.Simulation.Clients;

// A kept update, until a receipt or a verdict.
internal sealed partial class SimClient
{
    private readonly SortedDictionary<int, SimUpdate> _kept = [];
    private readonly HashSet<SimUpdate> _delivering = new(ReferenceEqualityComparer.Instance);

    private void Deliver(SimUpdate update)
    {
        if (_delivering.Add(update))
        {
            Open(update);
        }
    }

    private void Open(SimUpdate update) => world.Network.Call<SimAnswer>(
        this,
        (process, reply) => process.Ingest.Open(Id, update.Header, reply),
        answer =>
        {
            if (answer is { Receipt: null, Problem: StatusCode.OK })
            {
                world.Network.Push(this, update, answer.Offset, pushed => Take(update, pushed, pushing: true));
            }
            else
            {
                Take(update, answer, pushing: false);
            }
        });

    private void Take(SimUpdate update, SimAnswer? answer, bool pushing)
    {
        // The upload may be forgotten, or stand at another byte: then the next answer to an announcement is the verdict, as in the SDK.
        var tryAgain = answer?.Receipt is null && (answer?.Problem switch
        {
            null or StatusCode.Unavailable or StatusCode.ResourceExhausted => true,
            StatusCode.NotFound or StatusCode.FailedPrecondition => pushing,
            _ => false,
        });
        if (tryAgain)
        {
            Later(world.Chance.Milliseconds(300, 3000), () => Open(update));
            return;
        }

        _delivering.Remove(update);
        _kept.Remove(update.Round);
        world.Trace.Add($"{Id} round {update.Round}: {(answer!.Receipt is null ? answer.Problem.ToString() : "receipt")}");
        if (answer.Receipt is not null)
        {
            AfterReceipt(update);
        }
    }

    /// <summary>Sends something once, and does not care what becomes of it.</summary>
    private void SendOnce(SimUpdate update)
    {
        world.Ledger.OnMade(update);
        world.Network.Call<SimAnswer>(this, (process, reply) => process.Ingest.Open(Id, update.Header, reply), answer =>
        {
            if (answer is { Receipt: null, Problem: StatusCode.OK })
            {
                world.Network.Push(this, update, answer.Offset, _ => { });
            }
        });
    }
}
