using FedLearn.Proofs.Networks;

namespace FedLearn.Proofs.Tests.Networks;

public sealed class NetworksTests
{
    [Fact]
    public async Task Federation_ThroughEveryFault_FinishesWithTheBitsOfAnUndisturbedRun()
    {
        var outcome = await new FaultyNetwork(Clients: 3, Rounds: 4, Parameters: 300_000, Seed: 1).RunAsync();

        Assert.True(outcome.Completed && outcome.SameBits, outcome.ToString());
        Assert.Equal(4, outcome.Version);
        Assert.Empty(outcome.Unstruck);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Upload_CutThreeTimes_ResumesAndSendsLittleTwice(bool overRoad)
    {
        var outcome = await new CutUpload(Parameters: 12_000_000, Cuts: 3, overRoad).RunAsync();

        Assert.True(outcome.Completed, outcome.ToString());
        Assert.Equal(3, outcome.Resets);
        // What 5 % of 400 MB allow each of five cuts.
        Assert.InRange(outcome.Sent - outcome.Vector, 0, 3 * 4_000_000);
    }

    [Fact]
    public async Task SlowSenders_BesideAFederation_CostLittleMemoryAndStopNoRound()
    {
        var outcome = await new SlowSenders(Connections: 200, Rounds: 3, Parameters: 100_000).RunAsync();

        Assert.InRange(outcome.Held, 190, 200);
        // Half a megabyte for each, with what the runtime itself adds as it warms up.
        Assert.InRange(outcome.MemoryAdded, 0, 100L << 20);
    }
}
