using FedLearn.Testing;
using FedLearn.Training.Data;
using FedLearn.Training.Simulation;

namespace FedLearn.Training.Tests;

public class FemnistTests
{
    private static SimulationData Load(string part) => SimulationSources.Load(new() { Source = $"femnist:{SharedData.PathOf("femnist")},{part}" }, seed: 1, name => name);

    [Fact]
    public void Load_Femnist_HasAClientForEachWriterWithTheWritersImages()
    {
        var data = Load("test");

        // From the page that describes the data set.
        var sizes = data.Clients.Select(c => c.Train.Count).Order().ToList();
        Assert.Equal(105, sizes.Count);
        Assert.Equal((7, 150, 164, 14_640), (sizes[0], sizes[52], sizes[^1], sizes.Sum()));
        Assert.Equal((1677, 784, 62), (data.Test.Count, data.Test.FeatureCount, data.Test.Classes));
        var labels = data.Clients.SelectMany(c => c.Train.Labels.ToArray()).ToList();
        Assert.Equal((10_363, 2144, 2133), (labels.Count(l => l < 10), labels.Count(l => l is >= 10 and < 36), labels.Count(l => l >= 36)));
        Assert.Equal("f1506-35", data.Clients[0].Id);
    }

    [Fact]
    public void Load_FemnistHeldout_EvaluatesOnOtherWriters() => Assert.Equal(2493, Load("heldout").Test.Count);

    [Fact]
    public void Load_Femnist_InkIsOneAndPaperZero()
    {
        var (row, sum) = (new float[784], 0.0);
        var test = Load("test").Test;
        for (var i = 0; i < test.Count; i++)
        {
            test.CopyFeatures(i, row);
            sum += row.Sum(v => (double)v);
        }

        // Of the files the mean is 0.962, with white at 1.
        Assert.Equal(1 - 0.962, sum / (784.0 * test.Count), 0.005);
    }

    [Theory]
    [InlineData("writer,split,start\n", "expected the header writer,split,start,count")]
    [InlineData("writer,split,start,count\nf1_0,train,0,3\nf2_0,train,x,3\n", "line 3: expected writer,split,start,count")]
    [InlineData("writer,split,start,count\nf1_0,train,0,0\n", "line 2: expected writer,split,start,count")]
    public void WritersOf_BrokenList_SaysWhere(string text, string expected)
    {
        using var folder = new TempFolder();
        folder.Write("femnist-writers.csv", text);

        var refused = Assert.Throws<InvalidDataException>(() => Femnist.WritersOf(folder.Location, "train"));

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_FemnistOfAnUnknownPart_SaysWhichThereAre()
    {
        var refused = Assert.Throws<InvalidDataException>(() => SimulationSources.Load(new() { Source = "femnist:x,train" }, seed: 1, name => name));

        Assert.Equal("source: expected one of test, heldout, got 'train' in 'femnist:x,train'", refused.Message);
    }
}
