using FedLearn.Client.Training;
using FedLearn.Core.Specs;
using FedLearn.Training.Data;

namespace FedLearn.Training.Tests;

public class LocalTrainerTests
{
    private const string Model = """{"kind":"softmax","inputs":784,"classes":10}""";

    [Fact]
    public void Decline_ARunThatFits_IsNull() =>
        Assert.Null(Trainer().DeclineReason(Given.Run(Model, new ClientSettings(), ImageSchema.Digits.Digest)));

    [Fact]
    public void Decline_AnotherSchema_ShowsBothDigests()
    {
        var reason = Trainer().DeclineReason(Given.Run(Model, new ClientSettings(), "f00d"));

        Assert.Contains("f00d", reason, StringComparison.Ordinal);
        Assert.Contains(ImageSchema.Digits.Digest, reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"kind":"softmax","inputs":10,"classes":10}""", "784 features")]
    [InlineData("""{"kind":"softmax","inputs":784,"classes":3}""", "has 10 classes")]
    [InlineData("""{"kind":"mlp","inputs":784,"hidden":[5],"classes":10}""", "'mlp'")]
    public void Decline_AModelThatDoesNotFitTheData_SaysWhy(string model, string why) =>
        Assert.Contains(why, Trainer().DeclineReason(Given.Run(model, new ClientSettings())), StringComparison.Ordinal);

    [Fact]
    public void Decline_NoExamples_SaysSo() =>
        Assert.Contains("no training examples", Trainer(examples: 0).DeclineReason(Given.Run(Model, new ClientSettings())), StringComparison.Ordinal);

    [Fact]
    public void ForEvaluation_OfAParticipantsData_IsAllToEvaluateOnAndNoneToTrainOn()
    {
        var (train, test) = (DataSet.FromFloats([1, 2, 3], [2, 0, 1], 1, 3), DataSet.FromFloats([4], [2], 1, 3));
        var run = Given.Run("""{"kind":"softmax","inputs":1,"classes":3}""", new ClientSettings());

        var all = new LocalData(ImageSchema.Digits, train, test).ForEvaluation();

        Assert.Equal([2, 0, 1, 2], all.Test.Labels.ToArray());
        Assert.Equal(0, all.Train.Count);
        Assert.Null(new LocalTrainer("softmax", all).DeclineReason(run with { EvaluateOnly = true }));
        Assert.Contains("no training examples", new LocalTrainer("softmax", all).DeclineReason(run), StringComparison.Ordinal);
        var untested = new LocalData(ImageSchema.Digits, train, test.Select(0..0));
        Assert.Contains("no test examples", new LocalTrainer("softmax", untested).DeclineReason(run with { EvaluateOnly = true }), StringComparison.Ordinal);
    }

    [Fact]
    public void Decline_TensorsThatAreNotTheModels_SaysSo()
    {
        var run = Given.Run(Model, new ClientSettings());

        var reason = Trainer().DeclineReason(run with { Manifest = Given.Model("""{"kind":"softmax","inputs":7,"classes":10}""").Manifest });

        Assert.Contains("manifest", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void LabelCounts_OfAClassifier_AreItsTrainingLabels()
    {
        var data = DataSet.FromFloats([1, 2, 3, 4, 5], [2, 0, 2, 2, 1], 1, 4);
        var trainer = new LocalTrainer("softmax", new LocalData(ImageSchema.Digits, data, DataSet.FromFloats([1], [3], 1, 4)));

        Assert.Equal([1, 1, 3, 0], trainer.LabelCounts);
        Assert.Equal(trainer.TrainingExamples, trainer.LabelCounts.Sum());
    }

    [Fact]
    public void LabelCounts_OfRealTargets_AreNone()
    {
        var data = DataSet.FromFloats([1, 2], [0.5f, 2.5f], 1, 0);

        Assert.Empty(new LocalTrainer("linear", new LocalData(ImageSchema.Digits, data, data)).LabelCounts);
    }

    [Fact]
    public async Task Fit_ThatDiverges_SaysWhatToDo()
    {
        var run = Given.Run("""{"kind":"linear","inputs":1}""", new ClientSettings { BatchSize = 1, LearningRate = 1e6, Epochs = 50 });
        var data = DataSet.FromFloats([1, 2, 3, 4], [1, 2, 3, 4], 1, 0);
        var trainer = new LocalTrainer("linear", new LocalData(ImageSchema.Digits, data, data));

        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await trainer.FitAsync(new FitContext(run, 1, new float[2], new Progress<FitProgress>()), TestContext.Current.CancellationToken));

        Assert.Contains("lower the learning rate", error.Message, StringComparison.Ordinal);
    }

    private static LocalTrainer Trainer(int examples = 5)
    {
        var data = DataSet.FromBytes(new byte[examples * 784], new float[examples], 784, 10);
        return new LocalTrainer("softmax", new LocalData(ImageSchema.Digits, data, data));
    }
}
