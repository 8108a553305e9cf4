using FedLearn.Core.Specs;
using FedLearn.Training.Data;
using FedLearn.Training.Models;
using FedLearn.Training.Models.Kernels;
using FedLearn.Training.Sgd;

namespace FedLearn.Training.Tests.Models;

public unsafe class LstmNetworkTests
{
    private const string Small = """{"kind":"lstm","length":5,"classes":4,"embedding":3,"hidden":6,"layers":2}""";

    [Theory]
    [InlineData(Small)]
    [InlineData("""{"kind":"lstm","length":1,"classes":3,"embedding":2,"hidden":5}""")]
    [InlineData("""{"kind":"lstm","length":7,"classes":6,"embedding":4,"hidden":3,"layers":3}""")]
    public void Gradient_OfAnyShape_EqualsCentralDifferences(string json)
    {
        const double Step = 1e-6;
        var model = Given.Model(json);
        var data = Given.Characters(model, 6, seed: 1);
        var parameters = Given.Parameters(model, seed: 2, scale: 0.6);

        var (loss, gradient) = Pass(model.CreateNetwork(6, 1), data, parameters, [.. Enumerable.Range(0, 6)]);

        var at = Array.ConvertAll(parameters, p => (double)p);
        Assert.Equal(MeanLoss(model, at, data), loss, 1e-5);
        for (var i = 0; i < at.Length; i++)
        {
            var kept = at[i];
            at[i] = kept + Step;
            var above = MeanLoss(model, at, data);
            at[i] = kept - Step;
            var expected = (above - MeanLoss(model, at, data)) / (2 * Step);
            at[i] = kept;
            Assert.True(Math.Abs(expected - gradient[i]) < 2e-5 * (1 + Math.Abs(expected)), $"{i}: {expected} and {gradient[i]}");
        }
    }

    [Fact]
    public void Pass_AfterALargerBatch_DoesNotSeeIt()
    {
        var model = Given.Model(Small);
        var data = Given.Characters(model, 9, seed: 5);
        var parameters = Given.Parameters(model, seed: 6);
        var network = model.CreateNetwork(9, 1);
        Pass(network, data, parameters, [.. Enumerable.Range(0, 9)]);

        Assert.Equal(Pass(model.CreateNetwork(2, 1), data, parameters, [2, 4]).Gradient, Pass(network, data, parameters, [2, 4]).Gradient);
    }

    [Fact]
    public void Backward_IntoTheParameters_IsTheGradientThenTheStep()
    {
        var model = Given.Model(Small);
        var data = Given.Characters(model, 9, seed: 5);
        var start = Given.Parameters(model, seed: 6);
        int[] batch = [.. Enumerable.Range(0, 9)];
        var gradient = Pass(model.CreateNetwork(9, 1), data, start, batch).Gradient;

        var network = model.CreateNetwork(9, 1);
        var parameters = new AlignedFloats(start.Length);
        start.CopyTo(parameters.Span);
        network.Gather(data, batch);
        network.Forward(parameters.Pointer, 9, differentiate: true);
        network.Backward(parameters.Pointer, 9, parameters.Pointer, 0.99f, -0.5f / 9);

        for (var i = 0; i < start.Length; i++)
        {
            Assert.Equal((0.99 * start[i]) - (0.5 * gradient[i]), parameters.Span[i], 1e-5);
        }
    }

    [Fact]
    public void Features_ThatAreNoCharacters_CountAsTheNearest()
    {
        var model = Given.Model(Small);
        var parameters = Given.Parameters(model, seed: 6);
        float[] wild = [-5, 99, float.NaN, float.PositiveInfinity, 2], tame = [0, 3, 0, 3, 2];

        var expected = Pass(model.CreateNetwork(1, 1), DataSet.FromFloats(tame, [1], 5, 4), parameters, [0]);

        Assert.Equal(expected.Gradient, Pass(model.CreateNetwork(1, 1), DataSet.FromFloats(wild, [1], 5, 4), parameters, [0]).Gradient);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(0)]
    public void Run_OfManySteps_AllocatesNoMoreThanOfFew(int batchSize)
    {
        var model = Given.Model(Small);
        var data = Given.Characters(model, 64, seed: 1);
        long Allocated(int epochs)
        {
            var settings = new ClientSettings { Epochs = epochs, BatchSize = batchSize };
            var sgd = new LocalSgd(model, data, Given.Parameters(model, 2), Given.Job(settings));
            var before = GC.GetAllocatedBytesForCurrentThread();
            sgd.Run(CancellationToken.None);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Allocated(10);

        // What the runtime does beside the steps happens once; no object is smaller than 24 bytes.
        var extraSteps = 38 * (batchSize == 0 ? 1 : 64 / batchSize);
        Assert.InRange(Allocated(40) - Allocated(2), long.MinValue, (extraSteps * 24) - 1);
    }

    private static (double Loss, float[] Gradient) Pass(Network network, DataSet data, ReadOnlySpan<float> start, int[] batch)
    {
        AlignedFloats parameters = new(start.Length), gradient = new(start.Length);
        start.CopyTo(parameters.Span);
        network.Gather(data, batch);
        var sum = network.Forward(parameters.Pointer, batch.Length, differentiate: true);
        network.Backward(parameters.Pointer, batch.Length, gradient.Pointer, 0, 1f / batch.Length);
        GC.KeepAlive(parameters);
        return (sum.Loss / batch.Length, gradient.Span.ToArray());
    }

    /// <summary>The model written down plainly in double precision.</summary>
    private static double MeanLoss(ModelDefinition model, double[] parameters, DataSet data)
    {
        var shape = model.Recurrent!;
        var features = new float[data.FeatureCount];
        var total = 0.0;
        for (var example = 0; example < data.Count; example++)
        {
            data.CopyFeatures(example, features);
            double[][] sequence = [.. features.Select(f => parameters.AsSpan((int)f * shape.Embedding, shape.Embedding).ToArray())];
            for (var layer = 0; layer < shape.Layers; layer++)
            {
                sequence = Layer(model, parameters, 1 + (4 * layer), sequence, shape.Hidden);
            }

            var outputs = Affine(model, parameters, 1 + (4 * shape.Layers), 2 + (4 * shape.Layers), sequence[^1], shape.Alphabet);
            total += Math.Log(outputs.Sum(Math.Exp)) - outputs[(int)data.Labels[example]];
        }

        return total / data.Count;
    }

    private static double[][] Layer(ModelDefinition model, double[] parameters, int tensor, double[][] sequence, int hidden)
    {
        double[] state = new double[hidden], cell = new double[hidden];
        var states = new List<double[]>();
        foreach (var input in sequence)
        {
            var fromInput = Affine(model, parameters, tensor, tensor + 2, input, 4 * hidden);
            var fromState = Affine(model, parameters, tensor + 1, tensor + 3, state, 4 * hidden);
            double Gate(int gate, int k) => fromInput[(gate * hidden) + k] + fromState[(gate * hidden) + k];
            cell = [.. cell.Select((c, k) => (Sigmoid(Gate(1, k)) * c) + (Sigmoid(Gate(0, k)) * Math.Tanh(Gate(2, k))))];
            state = [.. cell.Select((c, k) => Sigmoid(Gate(3, k)) * Math.Tanh(c))];
            states.Add(state);
        }

        return [.. states];
    }

    private static double[] Affine(ModelDefinition model, double[] parameters, int weight, int bias, double[] input, int outputs)
    {
        int w = (int)model.Manifest.StartOf(weight), b = (int)model.Manifest.StartOf(bias);
        return [.. Enumerable.Range(0, outputs).Select(o => parameters[b + o] + input.Select((x, k) => x * parameters[w + (o * input.Length) + k]).Sum())];
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
