using FedLearn.Proofs.Networks;

namespace FedLearn.Proofs.Tests.Networks;

/// <summary>
/// The proofs of networks in a small edition. They run beside other tests, so bounds that hang on time are wide here; the proof's own
/// command holds them to the bars.
/// </summary>
public sealed class NetworksTests
{
    [Fact]
    public async Task Federation_ThroughEveryFault_FinishesWithTheBitsOfAnUndisturbedRun()
    {
        var outcome = await new FaultyNetwork(Clients: 3, Rounds: 4, Parameters: 300_000, Seed: 1).RunAsync();

        Assert.True(outcome.Completed && outcome.SameBits, outcome.ToString());
        Assert.Equal(4, outcome.Version);
        Assert.InRange(outcome.Unstruck.Count, 0, 3);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Upload_CutThreeTimes_ResumesAndSendsLittleTwice(bool overRoad)
    {
        var outcome = await new CutUpload(Parameters: 12_000_000, Cuts: 3, overRoad).RunAsync();

        Assert.True(outcome.Completed, outcome.ToString());
        Assert.InRange(outcome.Resets, 3, 4);
        // A cut costs what lies in sockets' buffers and what the server had no time to take; to begin anew would cost 72 MB.
        Assert.InRange(outcome.Sent - outcome.Vector, 0, 3 * 12_000_000);
    }

    [Fact]
    public async Task SlowSenders_BesideAFederation_CostLittleMemoryAndStopNoRound()
    {
        var outcome = await new SlowSenders(Connections: 200, Rounds: 3, Parameters: 100_000).RunAsync();

        // Those of one listener may just have been closed together, and be about to come back.
        Assert.InRange(outcome.Held, 90, 200);
        Assert.InRange(outcome.MemoryAdded, 0, NetworksProof.MostMemory);
    }
}
