using CsCheck;
using FedLearn.Core.Models;
using FedLearn.Core.Specs;
using FedLearn.Training.Data;
using FedLearn.Training.Models;
using FedLearn.Training.Sgd;
using MathNet.Numerics.LinearAlgebra;

namespace FedLearn.Training.Tests.Sgd;

/// <summary>One full-batch step per round: averaging the clients' results must be gradient descent on the union, however it is split.</summary>
public class FederatedAveragingTests
{
    private const int Rounds = 50;

    [Theory]
    [InlineData("""{"kind":"linear","inputs":13}""", 0.05, 700, 1e-6)]
    [InlineData("""{"kind":"logistic","inputs":13}""", 0.5, 700, 1e-6)]
    [InlineData("""{"kind":"softmax","inputs":40,"classes":7}""", 0.3, 700, 1e-6)]
    [InlineData("""{"kind":"mlp","inputs":40,"hidden":[30,20],"classes":7}""", 0.3, 20_000, 1e-4)]
    public void Averaging_OfAnySplit_EqualsCentralDescent(string json, double rate, int examples, double tolerance)
    {
        // The perceptron needs many examples: where one sits within float32 rounding of a ReLU's kink, the split decides on which side,
        // and that moves the parameters by its own share of the gradient (2e-4 of the norm at 700 examples).
        var model = Given.Model(json);
        var data = Given.Examples(model, examples, seed: 1);
        var start = model.LayerSizes.Length == 2 ? new float[model.Manifest.ElementCount] : Given.Parameters(model, 2);
        var central = Descend(model, [data], start, rate);
        var norm = Math.Sqrt(central.Sum(p => (double)p * p));
        Gen.Select(Gen.Int[2, 9], Gen.Int[0, 100000]).Sample(
            (parts, seed) =>
            {
                var federated = Descend(model, Split(data, parts, seed), start, rate);
                var distance = Math.Sqrt(federated.Zip(central, (a, b) => Math.Pow((double)a - b, 2)).Sum());
                Assert.True(distance <= tolerance * norm, $"{parts} parts: {distance / norm:e2} of the norm");
            },
            iter: 4);
    }

    [Fact]
    public void LinearRegression_Averaged_ReachesTheNormalEquations()
    {
        var model = Given.Model("""{"kind":"linear","inputs":6}""");
        var data = Given.Examples(model, 300, seed: 9);
        var design = Matrix<double>.Build.Dense(300, 7, (i, k) => k == 6 ? 1 : Features(data, i)[k]);
        var target = Vector<double>.Build.DenseOfArray(Array.ConvertAll(data.Labels.ToArray(), l => (double)l));
        var closed = design.TransposeThisAndMultiply(design).Cholesky().Solve(design.TransposeThisAndMultiply(target));

        var trained = Descend(model, Split(data, 4, 3), new float[7], rate: 0.25, rounds: 300);

        for (var i = 0; i < 7; i++)
        {
            Assert.Equal(closed[i], trained[i], 1e-5);
        }
    }

    /// <summary>Weighted by examples, in double, rounded once: what the coordinator does.</summary>
    internal static float[] Descend(ModelDefinition model, DataSet[] clients, float[] start, double rate, int rounds = Rounds)
    {
        var settings = new ClientSettings { BatchSize = 0, LearningRate = rate };
        var total = (double)clients.Sum(c => c.Count);
        var parameters = start;
        for (var round = 1; round <= rounds; round++)
        {
            var mean = new double[start.Length];
            foreach (var client in clients)
            {
                var sgd = new LocalSgd(model, client, parameters, Given.Job(settings, round));
                Assert.Equal(1, sgd.Run(TestContext.Current.CancellationToken).Steps);
                for (var i = 0; i < mean.Length; i++)
                {
                    mean[i] += client.Count / total * ((double)sgd.Parameters[i] - parameters[i]);
                }
            }

            parameters = [.. parameters.Zip(mean, (p, m) => (float)(p + m))];
        }

        return parameters;
    }

    private static DataSet[] Split(DataSet data, int parts, int seed)
    {
        var random = new SeededRandom((ulong)seed);
        var cuts = Enumerable.Range(0, parts - 1).Select(_ => 1 + random.NextInt(data.Count - 1)).Append(0).Append(data.Count).Distinct().Order().ToArray();
        return [.. cuts.Zip(cuts.Skip(1), (a, b) => data.Select([.. Enumerable.Range(a, b - a)]))];
    }

    private static float[] Features(DataSet data, int index)
    {
        var row = new float[data.FeatureCount];
        data.CopyFeatures(index, row);
        return row;
    }
}
