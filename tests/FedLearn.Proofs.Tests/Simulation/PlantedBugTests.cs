using FedLearn.Proofs.Simulation.Bugs;
using FedLearn.Testing;

namespace FedLearn.Proofs.Tests.Simulation;

public class PlantedBugTests
{
    /// <summary>Each bug shows within this many seeds.</summary>
    private const int Seeds = 60;

    public static TheoryData<string> Names => [.. PlantedBugs.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Bug_Planted_IsFound(string name)
    {
        var found = PlantedBugs.Find(name).FirstSeedThatShowsIt(1, Seeds);

        Assert.True(found is not null, $"{name} ({PlantedBugs.Find(name).Summary}) was not found in {Seeds} seeds");
        Assert.DoesNotContain("UnexpectedError", found.Broken);
    }

    [Theory]
    [InlineData("AcknowledgedIsCounted", "acknowledge-before-commit")]
    [InlineData("AcknowledgedIsDurable", "acknowledge-before-commit")]
    [InlineData("NothingIsCarriedOver", "carried-over")]
    [InlineData("OnlyWholeUpdatesCount", "count-before-digest")]
    [InlineData("OnlyTheOnlineAreSelected", "selects-the-offline")]
    [InlineData("VersionsAreChained", "publish-before-durable")]
    [InlineData("RoundNumbersAreNew", "round-number-reused")]
    [InlineData("RoundsMoveForward", "two-writers")]
    [InlineData("SameUpdatesSameBits", "fold-in-arrival-order")]
    [InlineData("SelectionIsAFunction", "selection-by-arrival")]
    [InlineData("SelectionIsAFunction", "void-rounds-forgiven")]
    [InlineData("RecoveryFindsTheState", "void-rounds-forgiven")]
    [InlineData("OneWriter", "two-writers")]
    [InlineData("DeadlinesAreMonotonic", "wall-clock-deadlines")]
    [InlineData("RepeatsAreHarmless", "counted-twice-after-reconnect")]
    [InlineData("RecoveryFindsTheState", "late-update-accepted")]
    public void Invariant_WatchingAlone_CanFail(string invariant, string bug) =>
        Assert.NotNull(PlantedBugs.Find(bug).FirstSeedThatShowsIt(1, Seeds, invariant));

    [Fact]
    public void Bugs_AreAtLeastTwelve() => Assert.True(PlantedBugs.All.Count >= 12);

    [Fact]
    public void Product_HasNoPlantedBug()
    {
        var bugs = PlantedBugs.All.Values.Select(b => b.GetType().Name).ToHashSet();
        foreach (var project in Directory.EnumerateFiles(Repository.PathOf("src"), "*.csproj", SearchOption.AllDirectories))
        {
            Assert.DoesNotContain("FedLearn.Proofs.csproj", File.ReadAllText(project));
        }

        Type[] product = [typeof(Core.Rounds.RunMachine), typeof(Protocol.Problem), typeof(Coordinator.CoordinatorHost), typeof(Client.FederationClient)];
        Assert.DoesNotContain(product.SelectMany(t => t.Assembly.GetTypes()), t => bugs.Contains(t.Name));
    }
}
