using FedLearn.Proofs.PowerLoss;
using FedLearn.Proofs.PowerLoss.Bugs;
using FedLearn.Proofs.PowerLoss.Disks;

namespace FedLearn.Proofs.Tests.PowerLoss;

/// <summary>The small edition of the proof; the command line has the large one.</summary>
public sealed class PowerProofTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fedlearn-power-").FullName;

    public static TheoryData<string> Bugs => [.. PlantedBug.All.Select(b => b.Name)];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task PowerCuts_AtInstantsOfAWholeCourse_LoseNothing()
    {
        var recording = await Recording.MakeAsync(_folder);
        var cuts = new PowerCuts(recording, bug: null);
        var random = new Random(1);

        for (var image = 0; image < CutStyle.All.Count; image++)
        {
            var instant = random.Next(cuts.Instants);
            Held(cuts.Describe(instant, image), await cuts.CutAsync(instant, image));
        }
    }

    [Fact]
    public async Task InjectedErrors_AtOperationsOfAWholeCourse_LoseNothing()
    {
        var recording = await Recording.MakeAsync(_folder);
        var errors = new InjectedErrors(recording, bug: null);
        var random = new Random(1);

        foreach (var point in random.GetItems(errors.Points().ToArray(), 8))
        {
            Held(point.ToString(), await errors.RunAsync(point));
        }
    }

    [Fact]
    public async Task DamagedByte_InEachKindOfFile_IsNamedOrOfNoMatter()
    {
        var damaged = new DamagedFiles(await Recording.MakeAsync(_folder));
        var random = new Random(1);

        string[] kinds = ["database", "segment", "update", "update's block list", "version", "version's block list"];
        Assert.Empty(kinds.Except(damaged.Files.Select(k => k.Key)));
        foreach (var kind in damaged.Files)
        {
            Held(kind.Key, await damaged.DamageAsync(kind.First(), random));
        }
    }

    [Fact]
    public async Task TheProductAsItIs_WhereBugsShowFirst_HasNone() => Assert.Null(await BugHunt.FindAsync(bug: null, _folder, tries: 12));

    [Theory]
    [MemberData(nameof(Bugs))]
    public async Task PlantedBug_IsCaught(string name) =>
        Assert.NotNull(await BugHunt.FindAsync(PlantedBug.All.Single(b => b.Name == name), _folder));

    private static void Held(string what, IReadOnlyList<string> found) => Assert.True(found.Count == 0, $"{what}: {string.Join("; ", found)}");
}
