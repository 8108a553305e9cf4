using System.Runtime.InteropServices;
using FedLearn.Proofs.Simulation.Machinery;
using FedLearn.Proofs.Simulation.Server;
using FedLearn.Protocol.V1;
using Google.Protobuf;

namespace FedLearn.Proofs.Simulation.Clients;

// What a hostile or broken client sends. Nothing of it may be counted.
internal sealed partial class SimClient
{
    /// <summary>Lies before the honest update.</summary>
    private void Lie(SimUpdate honest)
    {
        LieIf(Fault.WrongDigest, () => honest.Saying(h => h.Parts[0].Digest = Changed(h.Parts[0].Digest)));
        LieIf(Fault.WrongBase, () => honest.Saying(h =>
        {
            if (world.Chance.Of(0.5))
            {
                h.BaseVersion++;
            }
            else
            {
                h.BaseDigest = Changed(h.BaseDigest);
            }
        }));
        LieIf(Fault.WrongManifest, () => honest.Saying(h => h.ManifestHash = "another"));
        LieIf(Fault.WeightOverCap, () => honest.Saying(h => h.NumExamples = world.Plan.Spec.Bounds.MaxExamples + 1));
        LieIf(Fault.UnknownRound, () => honest.Saying(h => h.Round += 7));
        LieIf(Fault.NotFinite, () => With(honest, float.NaN));
        if (!world.Plan.Exact)
        {
            // A race: whichever comes first counts.
            LieIf(Fault.AnotherUpdate, () => With(honest, 2.5f));
        }

        LieIf(Fault.NormTooLarge, () => With(honest, 1e32f));
    }

    private void AfterReceipt(SimUpdate update)
    {
        if (Faults.Happens(Fault.SameUpdateAgain, 0.1))
        {
            SendOnce(update);
        }

        LieIf(Fault.AnotherUpdate, () => With(update, 1.5f));
    }

    /// <summary>Sends what nobody asked for.</summary>
    private void Barge()
    {
        if (world.Current.Run is not { State: { Round: { } round } } run || Link is null)
        {
            return;
        }

        if (!round.Cohort.Contains(Id) && Faults.Happens(Fault.NotSelected, 0.5))
        {
            var fit = new FitAssignment { RunId = run.Id, Round = round.Number, BaseVersion = round.BaseVersion, BaseDigest = ByteString.CopyFrom(run.Newest.Digest) };
            var (delta, examples) = SimTraining.Fit(world.Plan.Spec.Seed, world.Disk.Find(SimDisk.VersionFile(run.Newest.Number))!.Bytes, index);
            SendOnce(SimUpdate.Of(fit, run.Manifest.Hash, delta, examples));
        }

        if (!round.Evaluators.Contains(Id) && Faults.Happens(Fault.UnaskedReport, 0.5))
        {
            Report(round.Number, 0.5);
        }
    }

    private void LieIf(Fault fault, Func<SimUpdate> lie)
    {
        if (Faults.Happens(fault, 0.06))
        {
            SendOnce(lie());
        }
    }

    private static SimUpdate With(SimUpdate honest, float value)
    {
        var delta = MemoryMarshal.Cast<byte, float>(honest.Bytes).ToArray();
        delta[^1] = value;
        var fit = new FitAssignment { RunId = honest.Header.RunId, Round = honest.Round, BaseVersion = honest.Header.BaseVersion, BaseDigest = honest.Header.BaseDigest };
        return SimUpdate.Of(fit, honest.Header.ManifestHash, delta, honest.Header.NumExamples);
    }

    private static ByteString Changed(ByteString digest)
    {
        var bytes = digest.ToByteArray();
        bytes[0] ^= 0xff;
        return ByteString.CopyFrom(bytes);
    }
}
