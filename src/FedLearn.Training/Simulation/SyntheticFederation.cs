using System.Text;
using FedLearn.Core.Models;
using FedLearn.Training.Data;

namespace FedLearn.Training.Simulation;

/// <summary>
/// The synthetic federations of Li et al. 2020 (MLSys, section 5.1 and appendix C.1), 60 features and 10 classes: client k labels
/// y = argmax(softmax(W_k x + b_k)) with W_k, b_k ~ N(u_k, 1), u_k ~ N(0, alpha); its examples are x ~ N(v_k, Sigma), Sigma diagonal with
/// Sigma_jj = j^-1.2, v_k ~ N(B_k, 1), B_k ~ N(0, beta). alpha says how much the clients' models differ, beta how much their data; both are
/// standard deviations here, as in the paper's code. Client k has int(LogNormal(4, 2)) + 50 examples, a tenth of them for the test set.
/// </summary>
public static class SyntheticFederation
{
    private const int Features = 60;
    private const int Classes = 10;

    /// <summary>Draws a federation.</summary>
    /// <param name="alpha">At least 0.</param>
    /// <param name="beta">At least 0.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="clients">The number of clients, 30 in the paper.</param>
    public static SimulationData Draw(double alpha, double beta, long seed, int clients)
    {
        var random = SeededRandom.For("simulation/synthetic", seed);
        var (train, test) = (new List<VirtualClient>(), new List<DataSet>());
        for (var k = 1; k <= clients; k++)
        {
            var count = (int)Math.Exp(4 + (2 * random.NextGaussian())) + 50;
            var data = Client(alpha, beta, count, random);
            int[] all = [.. Enumerable.Range(0, count)];
            train.Add(new($"client-{k:00}", data.Select(all.AsSpan(count / 10))));
            test.Add(data.Select(all.AsSpan(0, count / 10)));
        }

        return new(Schema(), train, DataSet.Concat(test));
    }

    private static DataSet Client(double alpha, double beta, int count, SeededRandom random)
    {
        double u = alpha * random.NextGaussian(), b = beta * random.NextGaussian();
        var mean = Normal(Features, b, random);
        double[] weights = Normal(Features * Classes, u, random), bias = Normal(Classes, u, random);
        var (features, labels) = (new float[count * Features], new float[count]);
        for (var i = 0; i < count; i++)
        {
            var row = features.AsSpan(i * Features, Features);
            for (var j = 0; j < Features; j++)
            {
                row[j] = (float)(mean[j] + (Math.Pow(j + 1, -0.6) * random.NextGaussian()));
            }

            labels[i] = Label(row, weights, bias);
        }

        return DataSet.FromFloats(features, labels, Features, Classes);
    }

    /// <summary>The highest score; the softmax does not change which that is.</summary>
    private static int Label(ReadOnlySpan<float> row, double[] weights, double[] bias)
    {
        var (best, highest) = (0, double.NegativeInfinity);
        for (var c = 0; c < Classes; c++)
        {
            var score = bias[c];
            for (var j = 0; j < Features; j++)
            {
                score += row[j] * weights[(c * Features) + j];
            }

            (best, highest) = score > highest ? (c, score) : (best, highest);
        }

        return best;
    }

    private static double[] Normal(int count, double mean, SeededRandom random) =>
        [.. Enumerable.Range(0, count).Select(_ => mean + random.NextGaussian())];

    private static DataSchema Schema()
    {
        var columns = Enumerable.Range(1, Features).Select(j => $$"""{"name":"x{{j}}","type":"numeric"}""");
        var levels = string.Join(',', Enumerable.Range(0, Classes));
        return DataSchema.Parse(Encoding.UTF8.GetBytes(
            $$"""{"kind":"table","columns":[{{string.Join(',', columns)}},{"name":"y","type":"label","levels":[{{levels}}]}]}"""));
    }
}
