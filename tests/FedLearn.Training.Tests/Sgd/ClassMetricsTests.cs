using FedLearn.Training.Data;
using FedLearn.Training.Sgd;

namespace FedLearn.Training.Tests.Sgd;

public class ClassMetricsTests
{
    private const string Logistic = """{"kind":"logistic","inputs":3}""";

    [Fact]
    public void Results_OfThreeClasses_AreRecallsAndSharesOfTheMatrix()
    {
        var metrics = new ClassMetrics(Given.Model("""{"kind":"softmax","inputs":3,"classes":3}"""));
        metrics.Add([3, 1, 2, 0, 1, 0], [0, 0]);
        metrics.Add([0, 0, 5, 1, 1, 0], [2, 2]);

        var results = metrics.Results().ToDictionary(r => r.Name, r => r.Value);

        // Told 0 and 1 for the two of class 0; 2 and, the first of equal outputs, 0 for the two of class 2; class 1 has none.
        Assert.Equal((0.5, 0.5), (results["recall.0"], results["recall.2"]));
        Assert.False(results.ContainsKey("recall.1"));
        Assert.False(results.ContainsKey("auc"));
        Assert.Equal((0.25, 0.25, 0.25, 0.25), (results["confusion.0.0"], results["confusion.0.1"], results["confusion.2.2"], results["confusion.2.0"]));
        Assert.Equal(11, results.Count);
        Assert.Equal(1, results.Where(r => r.Key.StartsWith("confusion", StringComparison.Ordinal)).Sum(r => r.Value));
    }

    [Theory]
    [InlineData(new float[] { 1, 2, 3, 4 }, new float[] { 0, 0, 1, 1 }, 1.0)]
    [InlineData(new float[] { 4, 3, 2, 1 }, new float[] { 0, 0, 1, 1 }, 0.0)]
    [InlineData(new float[] { 2, 2, 2, 2 }, new float[] { 0, 1, 0, 1 }, 0.5)]
    [InlineData(new float[] { 1, 3, 2, 4 }, new float[] { 0, 0, 1, 1 }, 0.75)]
    [InlineData(new float[] { -1, 0, 0, 2, 5 }, new float[] { 0, 0, 1, 0, 1 }, 4.5 / 6)]
    public void Area_OfScores_IsTheShareOfPairsInOrder(float[] scores, float[] labels, double expected)
    {
        var metrics = new ClassMetrics(Given.Model(Logistic));
        metrics.Add(scores, labels);
        Assert.Equal(expected, metrics.Results().Single(r => r.Name == "auc").Value, 1e-12);

        // Two outputs score by their difference.
        var two = new ClassMetrics(Given.Model("""{"kind":"softmax","inputs":3,"classes":2}"""));
        two.Add([.. scores.SelectMany(s => new[] { 7, 7 + s })], labels);
        Assert.Equal(expected, two.Results().Single(r => r.Name == "auc").Value, 1e-12);
    }

    [Fact]
    public void Area_OfNormalScores_IsTheirClosedForm()
    {
        // P(N(1, 1) > N(0, 1)) = Phi(1 / sqrt 2) = 0.76024994.
        var random = Core.Models.SeededRandom.For("test/auc", 1);
        float[] labels = [.. Enumerable.Range(0, 40_000).Select(i => (float)(i % 2))];
        var metrics = new ClassMetrics(Given.Model(Logistic));
        metrics.Add([.. labels.Select(label => (float)(label + random.NextGaussian()))], labels);
        Assert.Equal(0.76024994, metrics.Results().Single(r => r.Name == "auc").Value, 0.01);
    }

    [Theory]
    [InlineData(10, 10)]
    [InlineData(11, 0)]
    [InlineData(5, 30)]
    public void Results_OfManyClasses_StayFew(int classes, int count)
    {
        var metrics = new ClassMetrics(Given.Model($$"""{"kind":"softmax","inputs":3,"classes":{{classes}}}"""));
        for (var label = 0; label < classes; label++)
        {
            metrics.Add(new float[classes], [label]);
        }

        Assert.Equal(count, metrics.Results().Count());
    }

    [Fact]
    public async Task Evaluate_ABinaryModel_ReportsThemAll()
    {
        var data = DataSet.FromFloats([1, 0, 0, -1, 0, 0, 2, 0, 0, -2, 0, 0], [1, 0, 1, 1], 3, 2);
        var trainer = new LocalTrainer("logistic", new LocalData(ImageSchema.Digits, data, data));

        var result = await trainer.EvaluateAsync(new(Given.Run(Logistic, new()), 1, new float[] { 1, 0, 0, 0 }), TestContext.Current.CancellationToken);

        Assert.Equal(
            ["accuracy", "auc", "confusion.0.0", "confusion.0.1", "confusion.1.0", "confusion.1.1", "loss", "recall.0", "recall.1"],
            result.Metrics.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((0.75, 1.0, 2.0 / 3, 2.0 / 3), (result.Metrics["accuracy"], result.Metrics["recall.0"], result.Metrics["recall.1"], result.Metrics["auc"]));
    }
}
