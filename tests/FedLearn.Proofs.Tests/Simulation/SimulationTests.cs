using FedLearn.Proofs.Simulation;
using FedLearn.Proofs.Simulation.Invariants;
using FedLearn.Proofs.Simulation.Machinery;
using FedLearn.Proofs.Simulation.Server;

namespace FedLearn.Proofs.Tests.Simulation;

public class SimulationTests
{
    [Fact]
    public void Seeds_TwoHundred_EveryInvariantHoldsAfterEveryStep()
    {
        var summary = new SimSummary();

        Parallel.For(1, 201, seed => summary.Add(Simulator.Run((ulong)seed, new SimParts())));

        Assert.Empty(summary.Failed.Select(f => $"seed {f.Seed}: {f.Broken}"));
        // Some kinds are rare; all of them are asked for where ten times as many seeds run (.ci/sections/proof-simulation).
        Assert.InRange(summary.Coverage.Missing.ToList().Count, 0, Coverage.Required.Count / 10);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(30)]
    public void Seed_RunTwice_HasTheSameTrace(ulong seed)
    {
        var (first, second) = (Simulator.Run(seed, new SimParts()), Simulator.Run(seed, new SimParts()));

        Assert.Equal((first.Hash, first.Steps), (second.Hash, second.Steps));
        Assert.Equal(first.Trace, second.Trace);
        Assert.NotEqual(first.Hash, Simulator.Run(seed + 1, new SimParts()).Hash);
    }

    [Fact]
    public void Twin_OfAnotherRun_IsNotTheSame()
    {
        var (one, other) = (Undisturbed(1), Undisturbed(2));

        Simulator.Compare(one, Undisturbed(1));
        Assert.Equal("UndisturbedTwin", Assert.Throws<InvariantBrokenException>(() => Simulator.Compare(one, other)).Invariant);

        static SimWorld Undisturbed(ulong seed)
        {
            var world = new SimWorld(seed, SimPlan.Of(seed), new SimParts(), disturbed: false);
            world.Run();
            return world;
        }
    }

    [Fact]
    public void Coverage_OfOneSeed_NamesWhatWasNotDone()
    {
        var missing = Simulator.Run(1, new SimParts()).Coverage.Missing.ToList();

        Assert.NotEmpty(missing);
        Assert.Empty(missing.Except(Coverage.Required));
    }

    [Fact]
    public async Task Run_OfTooFewSeedsForEveryFault_Fails() =>
        Assert.False(await new SimulateProof().RunAsync(new ProofArguments(["--seeds", "2"])));

    [Fact]
    public void Twin_OfAnExactPlan_PublishesWhatTheDisturbedRunDid()
    {
        var seed = Enumerable.Range(1, 50).Select(s => (ulong)s).First(s => SimPlan.Of(s).Exact);
        var twin = new SimWorld(seed, SimPlan.Of(seed), new SimParts(), disturbed: false);
        twin.Run();

        Assert.Equal(SimPlan.Of(seed).Spec.Stop.Rounds, twin.Published);
        Assert.Null(Simulator.Run(seed, new SimParts()).Broken);
    }
}
