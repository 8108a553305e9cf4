using FedLearn.Training.Simulation;

namespace FedLearn.Training.Tests.Simulation;

public class SimulationSourcesTests
{
    private static SimulationData Load(SimulationSettings settings, long seed = 1) => SimulationSources.Load(settings, seed, name => name);

    [Fact]
    public void Load_Digits_DealsEveryExampleOnce()
    {
        var data = Load(new() { Source = "digits:200", Clients = 7, Partition = "quantity:1", TestFraction = 0.1 });

        Assert.Equal(7, data.Clients.Count);
        Assert.Equal((200, 20), (data.Clients.Sum(c => c.Train.Count), data.Test.Count));
    }

    [Fact]
    public void Load_MoreThanNineClients_HaveIdsInTheOrderOfTheirNumbers()
    {
        var ids = Load(new() { Source = "digits:100", Clients = 12 }).Clients.Select(c => c.Id).ToList();

        Assert.Equal("client-01", ids[0]);
        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
    }

    [Fact]
    public void Load_Csv_HoldsAPartBackForTheTest()
    {
        using var folder = new TempFolder();
        var rows = folder.Write("rows.csv", string.Join('\n', Enumerable.Range(0, 50).Select(i => $"{i},{i % 2}")));
        var schema = folder.Write("schema.json", """{"kind":"table","columns":[{"name":"x","type":"numeric"},{"name":"y","type":"label","levels":[0,1]}]}""");

        var data = Load(new() { Source = $"csv:{rows}", Schema = schema, Clients = 4, TestFraction = 0.2 });

        var row = new float[1];
        IEnumerable<float> Values(Training.Data.DataSet set) => Enumerable.Range(0, set.Count).Select(i =>
        {
            set.CopyFeatures(i, row);
            return row[0];
        }).ToList();
        Assert.Equal((40, 10), (data.Clients.Sum(c => c.Train.Count), data.Test.Count));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (float)i), data.Clients.SelectMany(c => Values(c.Train)).Concat(Values(data.Test)).Order());
    }

    [Fact]
    public void Load_Synthetic_IsThePapersFederation()
    {
        var data = Load(new() { Source = "synthetic:1,1" });

        Assert.Equal(30, data.Clients.Count);
        Assert.Equal((60, 10), (data.Test.FeatureCount, data.Test.Classes));
        Assert.All(data.Clients, c => Assert.True(c.Train.Count >= 45));
        Assert.Equal(data.Test.Labels, Load(new() { Source = "synthetic:1,1" }).Test.Labels);
        Assert.False(data.Test.Labels.SequenceEqual(Load(new() { Source = "synthetic:1,1" }, seed: 2).Test.Labels));
    }

    [Fact]
    public void Load_Synthetic_SpreadsItsFeaturesAsThePaperSays()
    {
        // Within one client feature j has the variance j^-1.2 around a mean of its own.
        var client = Load(new() { Source = "synthetic:0,0", Clients = 30 }).Clients.MaxBy(c => c.Train.Count)!.Train;
        var (row, sum, squares) = (new float[60], new double[60], new double[60]);
        for (var i = 0; i < client.Count; i++)
        {
            client.CopyFeatures(i, row);
            for (var j = 0; j < 60; j++)
            {
                sum[j] += row[j];
                squares[j] += row[j] * (double)row[j];
            }
        }

        Assert.All(Enumerable.Range(0, 60), j =>
        {
            var (mean, expected) = (sum[j] / client.Count, Math.Pow(j + 1, -1.2));
            Assert.InRange(((squares[j] / client.Count) - (mean * mean)) / expected, 0.85, 1.15);
        });
    }

    [Theory]
    [InlineData("nothing", null, null, "source")]
    [InlineData("cifar:x", null, null, "mnist, csv, digits")]
    [InlineData("digits:none", null, null, "a number from 1")]
    [InlineData("digits:", null, null, "lacks its argument 1")]
    [InlineData("digits:50", null, 51, "cannot be dealt to 51")]
    [InlineData("digits:50", null, 0, "at least 1")]
    [InlineData("digits:50", "key", 5, "partition")]
    [InlineData("digits:50", "shards:0", 5, "partition")]
    [InlineData("synthetic:0,0", "iid", null, "its own clients")]
    [InlineData("csv:rows.csv", null, null, "needs a schema")]
    public void Load_MistakenSettings_SaysWhatWasExpected(string source, string? partition, int? clients, string words) =>
        Assert.Contains(words, Assert.Throws<InvalidDataException>(() => Load(new() { Source = source, Partition = partition, Clients = clients })).Message, StringComparison.Ordinal);
}
