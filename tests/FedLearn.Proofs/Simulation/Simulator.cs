using FedLearn.Proofs.Simulation.Invariants;
using FedLearn.Proofs.Simulation.Machinery;
using FedLearn.Proofs.Simulation.Server;

namespace FedLearn.Proofs.Simulation;

/// <summary>Runs seeds: each a world that is disturbed, and where the plan is exact a twin that is not, which must publish the same bits.</summary>
internal static class Simulator
{
    /// <summary>Simulates one seed; the same seed does the same, step by step.</summary>
    public static SimResult Run(ulong seed, SimParts parts)
    {
        var plan = SimPlan.Of(seed);
        var world = new SimWorld(seed, plan, parts, disturbed: true);
        string? broken = null;
        try
        {
            world.Run();
            CompareWithTwin(seed, plan, world);
        }
        catch (InvariantBrokenException e)
        {
            broken = e.Message;
        }
#pragma warning disable CA1031 // Whatever the code under test throws is a finding, and the seed that it belongs to must be named.
        catch (Exception e)
#pragma warning restore CA1031
        {
            broken = $"UnexpectedError: {e}";
        }

        return new SimResult(seed, broken, world.Trace.Hash, world.Steps, world.Trace.Last, world.Coverage);
    }

    /// <summary>Requires that two runs published the same versions, to the last bit.</summary>
    /// <exception cref="InvariantBrokenException">They did not.</exception>
    internal static void Compare(SimWorld twin, SimWorld world)
    {
        for (var i = 0; i < twin.Ledger.Versions.Count; i++)
        {
            var (expected, found) = (twin.Ledger.Versions[i].Digest, world.Ledger.Versions.ElementAtOrDefault(i)?.Digest);
            if (found is null || !found.AsSpan().SequenceEqual(expected))
            {
                throw new InvariantBrokenException("UndisturbedTwin", $"version {i} has other bits than in the run that was never disturbed");
            }
        }

        world.Coverage.Hit(Coverage.TwinCompared);
    }

    private static void CompareWithTwin(ulong seed, SimPlan plan, SimWorld world)
    {
        if (plan.Exact)
        {
            var twin = new SimWorld(seed, plan, new SimParts(), disturbed: false);
            twin.Run();
            Compare(twin, world);
        }
    }
}
