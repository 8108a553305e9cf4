using System.Collections.Immutable;
using FedLearn.Coordinator.Rounds;
using FedLearn.Core.Rounds;
using FedLearn.Proofs.Simulation.Machinery;
using FedLearn.Proofs.Simulation.Server;
using FedLearn.Protocol.V1;
using Google.Protobuf;

namespace FedLearn.Proofs.Simulation.Clients;

// What a client does between an assignment and its result.
internal sealed partial class SimClient
{
    private string _manifestHash = "";
    private int _fitting;
    private int _evaluating;

    private void TakeFit(FitAssignment fit)
    {
        if (_kept.TryGetValue(fit.Round, out var kept))
        {
            Deliver(kept);
            return;
        }

        if (_fitting == fit.Round)
        {
            return;
        }

        if (!world.Plan.Exact && Faults.Active && world.Chance.Of(0.06))
        {
            Decline(fit);
            if (!Faults.Happens(Fault.DeliversThoughDeclined, 0.3))
            {
                return;
            }
        }

        _fitting = fit.Round;
        GetModel(fit.BaseVersion, fit.BaseDigest, bytes => Train(fit, bytes), () => _fitting == fit.Round);
    }

    private void Train(FitAssignment fit, byte[] baseBytes)
    {
        var takes = world.Chance.Milliseconds(100, 2500);
        var stalls = Faults.Happens(Fault.ClientStalled, 0.05);
        var late = Faults.Happens(Fault.LateUpdate, 0.05);
        if (stalls || late)
        {
            takes += TimeSpan.FromSeconds(Math.Max(0, fit.SecondsLeft) + world.Chance.Below(10));
        }

        Later(takes, () =>
        {
            // Who is late on purpose does not care that the stage is over.
            if (_fitting != fit.Round && !late)
            {
                return;
            }

            _fitting = _fitting == fit.Round ? 0 : _fitting;
            var (delta, examples) = SimTraining.Fit(world.Plan.Spec.Seed, baseBytes, index);
            var update = SimUpdate.Of(fit, _manifestHash, delta, examples);
            world.Ledger.OnMade(update);
            Lie(update);
            _kept[fit.Round] = update;
            Deliver(update);
        });
    }

    private void TakeEvaluate(EvaluateAssignment evaluate)
    {
        if (_evaluating == evaluate.Round)
        {
            return;
        }

        _evaluating = evaluate.Round;
        GetModel(
            evaluate.Version,
            evaluate.Digest,
            bytes => Later(world.Chance.Milliseconds(100, 2000), () => Report(evaluate.Round, SimTraining.Evaluate(bytes, index))),
            () => _evaluating == evaluate.Round);
    }

    private void Report(int round, double loss)
    {
        var result = new EvaluationResultOf(1, ImmutableSortedDictionary.Create<string, double>(StringComparer.Ordinal).Add("loss", loss));
        world.Network.Call<RunReply>(
            this,
            (process, reply) =>
            {
                if (process.Run is not null)
                {
                    process.Ask(new RunEvent.EvaluationReported(Id, round, result), null, reply);
                }
            },
            reply =>
            {
                if (reply is null or RunReply.Unavailable && _evaluating == round)
                {
                    Later(world.Chance.Milliseconds(300, 2000), () => Report(round, loss));
                }
            });
    }

    private void TakeOver(StageOver over)
    {
        if (over.Stage == Stage.Fit && _fitting == over.Round)
        {
            _fitting = 0;
        }
        else if (over.Stage == Stage.Evaluate && _evaluating == over.Round)
        {
            _evaluating = 0;
        }
    }

    /// <summary>Downloads a version until it is there, or not wanted any more.</summary>
    private void GetModel(int version, ByteString digest, Action<byte[]> then, Func<bool> isWanted) => world.Network.Call<byte[]>(
        this,
        (process, reply) =>
        {
            if (process.Store.FindVersion(SimWorld.RunId, version) is not null && world.Disk.Find(SimDisk.VersionFile(version)) is { } file)
            {
                world.Ledger.OnServed(version, file.Bytes);
                reply(file.Bytes);
            }
        },
        bytes =>
        {
            if (bytes is not null)
            {
                world.Ledger.OnAssigned(version, digest, bytes);
                then(bytes);
            }
            else if (isWanted())
            {
                Later(world.Chance.Milliseconds(300, 2000), () => GetModel(version, digest, then, isWanted));
            }
        });
}
