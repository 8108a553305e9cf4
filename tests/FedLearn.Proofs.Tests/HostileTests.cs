using FedLearn.Proofs.Hostile;

namespace FedLearn.Proofs.Tests;

/// <summary>The small edition of the proof, without what depends on the machine's pace.</summary>
public sealed class HostileTests
{
    public static TheoryData<string> Attacks => [.. Attack.All.Where(a => a.Connections < 1000).Select(a => a.Name)];

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task Attack_BesideHonestCalls_LeavesThemServedAndMemoryBounded(string name)
    {
        var siege = await Siege.RunAsync(Attack.All.Single(a => a.Name == name), turns: 1, TimeSpan.FromMilliseconds(300));

        Assert.True(siege.Lives);
        Assert.InRange(siege.Sent, 1, long.MaxValue);
        Assert.InRange(siege.MemoryAdded, 0, HostileProof.MostMemory);
    }
}
