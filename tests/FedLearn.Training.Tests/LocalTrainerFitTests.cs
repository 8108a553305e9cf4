using FedLearn.Client.Training;
using FedLearn.Training.Data;
using FedLearn.Training.Data.Digits;

namespace FedLearn.Training.Tests;

public class LocalTrainerFitTests
{
    private const string Softmax = """{"kind":"softmax","inputs":784,"classes":10}""";

    private static readonly LocalData s_digits = Digits(300, 100);

    [Fact]
    public async Task Fit_ThenEvaluate_LearnsWithoutTouchingTheBase()
    {
        var trainer = new LocalTrainer("softmax", s_digits);
        var run = Given.Run(Softmax, new() { Epochs = 5, BatchSize = 10, LearningRate = 0.05 });
        var start = new float[7850];
        var before = await trainer.EvaluateAsync(new(run, 0, start), TestContext.Current.CancellationToken);
        var fit = await trainer.FitAsync(new(run, 1, start, new Progress<FitProgress>()), TestContext.Current.CancellationToken);
        var after = await trainer.EvaluateAsync(new(run, 1, fit.Parameters), TestContext.Current.CancellationToken);

        Assert.All(start, p => Assert.Equal(0, p));
        Assert.Equal((300L, 150L), (fit.NumExamples, fit.Steps));
        Assert.Equal(Math.Log(10), before.Metrics["loss"], 1e-5);
        Assert.True(after.Metrics["accuracy"] > 0.6, $"accuracy {after.Metrics["accuracy"]}");
        Assert.True(after.Metrics["loss"] < before.Metrics["loss"] - 0.5);
        Assert.Equal(100, after.NumExamples);
    }

    [Fact]
    public async Task Fit_EndedByALimit_ReportsTheStepsDoneAndTheWholeSetsSize()
    {
        var trainer = new LocalTrainer("softmax", s_digits);
        var run = Given.Run(Softmax, new() { Epochs = 2, BatchSize = 10, MaxSteps = 37 });

        var fit = await trainer.FitAsync(new(run, 1, new float[7850], new Progress<FitProgress>()), TestContext.Current.CancellationToken);

        Assert.Equal((300L, 37L), (fit.NumExamples, fit.Steps));
    }

    [Fact]
    public async Task Fit_TheStrategyAsksForTheBaseLoss_ReportsThatOfTheUntrainedModel()
    {
        var trainer = new LocalTrainer("softmax", s_digits);
        var start = new float[7850];
        var asked = await trainer.FitAsync(new(Given.Run(Softmax, new() { ReportBaseLoss = true }), 1, start, new Progress<FitProgress>()), TestContext.Current.CancellationToken);
        var other = await trainer.FitAsync(new(Given.Run(Softmax, new()), 1, start, new Progress<FitProgress>()), TestContext.Current.CancellationToken);

        Assert.Equal(Math.Log(10), asked.Metrics["baseLoss"], 1e-5);
        Assert.True(asked.Metrics["loss"] < asked.Metrics["baseLoss"] - 0.1);
        Assert.DoesNotContain("baseLoss", other.Metrics.Keys);
        Assert.Equal(other.Parameters, asked.Parameters);
    }

    private static LocalData Digits(int train, int test)
    {
        using var trainSource = new DigitsRecordSource(new() { Count = train });
        using var testSource = new DigitsRecordSource(new() { Count = test, Start = train });
        return DataSet.Load(trainSource, testSource);
    }
}
