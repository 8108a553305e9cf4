using FedLearn.Core.Specs;
using FedLearn.Training.Data;
using FedLearn.Training.Data.Digits;
using FedLearn.Training.Sgd;

namespace FedLearn.Training.Tests.Data;

public class DigitsRecordSourceTests
{
    [Fact]
    public void Draw_SameSeedAndWriter_GivesTheSamePictures() =>
        Assert.Equal(Draw(new() { Count = 20, Writer = 3 }), Draw(new() { Count = 20, Writer = 3 }));

    [Fact]
    public void Draw_AnotherWriterOrSeed_GivesOtherPictures()
    {
        Assert.NotEqual(Draw(new() { Writer = 1, Count = 1 }), Draw(new() { Writer = 2, Count = 1 }));
        Assert.NotEqual(Draw(new() { Seed = 1, Count = 1 }), Draw(new() { Seed = 2, Count = 1 }));
    }

    [Fact]
    public void Draw_FromAStart_ContinuesTheWritersRecords() =>
        Assert.Equal(Draw(new() { Count = 10 })[(6 * 785)..], Draw(new() { Start = 6, Count = 4 }));

    [Fact]
    public void Draw_WithWeights_WritesOnlyTheDigitsThatHaveOne()
    {
        var records = Draw(new() { Count = 400, LabelWeights = [0, 0, 3, 0, 0, 1, 0, 0, 0, 0] });

        var labels = records.Chunk(785).Select(r => (int)r[0]).ToList();
        Assert.Equal([2, 5], labels.Distinct().Order());
        Assert.InRange(labels.Count(l => l == 2), 260, 340);
    }

    [Fact]
    public void Train_OnManyHands_PerceptronIsClearlyBetterThanALinearModel()
    {
        var data = ManyHands(writers: 20, each: 200);

        var linear = Accuracy("""{"kind":"softmax","inputs":784,"classes":10}""", data);
        var perceptron = Accuracy("""{"kind":"mlp","inputs":784,"hidden":[200,200],"classes":10}""", data);

        Assert.True(perceptron >= linear + 0.05, $"perceptron {perceptron:p1}, linear {linear:p1}");
        Assert.InRange(perceptron, 0.8, 0.999);
    }

    private static double Accuracy(string json, LocalData data)
    {
        var model = Given.Model(json);
        var sgd = new LocalSgd(model, data.Train, Given.Parameters(model, 1, scale: 0.05), Given.Job(new ClientSettings { Epochs = 8, BatchSize = 10, LearningRate = 0.05 }));
        sgd.Run(TestContext.Current.CancellationToken);
        return Evaluator.Run(model, data.Test, sgd.Parameters, 1, TestContext.Current.CancellationToken).Accuracy;
    }

    private static LocalData ManyHands(int writers, int each)
    {
        var train = Enumerable.Range(0, writers).SelectMany(w => Draw(new() { Writer = w, Count = each })).ToArray();
        var test = Enumerable.Range(0, writers).SelectMany(w => Draw(new() { Writer = w, Start = each, Count = each / 4 })).ToArray();
        return DataSet.FromRecords(ImageSchema.Digits, train, test);
    }

    private static byte[] Draw(DigitsOptions options)
    {
        using var source = new DigitsRecordSource(options);
        return RecordSources.ReadAll(source);
    }
}
