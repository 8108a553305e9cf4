using CsCheck;
using FedLearn.Training.Data;
using FedLearn.Training.Models;
using FedLearn.Training.Models.Kernels;

namespace FedLearn.Training.Tests.Models;

public unsafe class ConvNetworkTests
{
    private const string Small = """{"kind":"cnn","height":6,"width":7,"filters":[3,4],"kernel":3,"hidden":[5],"classes":3}""";

    public static TheoryData<string> Shapes =>
    [
        Small,
        """{"kind":"cnn","height":8,"width":8,"channels":3,"filters":[5],"hidden":[],"classes":4}""",
        """{"kind":"cnn","height":5,"width":9,"channels":2,"filters":[33,2],"kernel":3,"hidden":[6,4],"classes":2}""",
        """{"kind":"cnn","height":9,"width":4,"filters":[40,35],"kernel":5,"hidden":[9],"classes":3}""",
        """{"kind":"cnn","height":4,"width":4,"channels":2,"filters":[3],"kernel":1,"hidden":[4],"classes":3}""",
        """{"kind":"cnn","height":4,"width":5,"channels":210,"filters":[205,3],"kernel":3,"hidden":[],"classes":2}""",
    ];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Gradient_OfAnyShape_EqualsPlainLoops(string json)
    {
        var model = Given.Model(json);
        var data = Given.Examples(model, 9, seed: 3);
        var parameters = Given.Parameters(model, seed: 4, scale: 0.15);

        var (loss, gradient) = LossAndGradient(model, data, parameters, threads: 1);

        var expected = ReferenceConvNetwork.LossAndGradient(model, Array.ConvertAll(parameters, p => (double)p), data);
        Assert.Equal(expected.Loss, loss, 2e-5 * (1 + expected.Loss));
        AssertClose(expected.Gradient, gradient, 3e-5);
    }

    [Fact]
    public void Gradient_OfPlainLoops_EqualsCentralDifferences()
    {
        const double Step = 1e-6;
        var model = Given.Model(Small);
        var data = Given.Examples(model, 6, seed: 1);
        var at = Array.ConvertAll(Given.Parameters(model, seed: 2), p => (double)p);
        var gradient = ReferenceConvNetwork.LossAndGradient(model, at, data).Gradient;
        for (var i = 0; i < at.Length; i++)
        {
            var kept = at[i];
            at[i] = kept + Step;
            var above = ReferenceConvNetwork.LossAndGradient(model, at, data).Loss;
            at[i] = kept - Step;
            var below = ReferenceConvNetwork.LossAndGradient(model, at, data).Loss;
            at[i] = kept;
            Assert.Equal((above - below) / (2 * Step), gradient[i], 1e-7);
        }
    }

    [Fact]
    public void Backward_IntoTheParameters_IsTheGradientThenTheStep()
    {
        var model = Given.Model(Small);
        var data = Given.Examples(model, 9, seed: 5);
        var start = Given.Parameters(model, seed: 6);
        var gradient = LossAndGradient(model, data, start, threads: 1).Gradient;

        var network = model.CreateNetwork(9, 1);
        var parameters = new AlignedFloats(start.Length);
        start.CopyTo(parameters.Span);
        network.Gather(data, [.. Enumerable.Range(0, 9)]);
        network.Forward(parameters.Pointer, 9, differentiate: true);
        network.Backward(parameters.Pointer, 9, parameters.Pointer, 0.99f, -0.5f / 9);

        AssertClose([.. start.Select((p, i) => (0.99 * p) - (0.5 * gradient[i]))], [.. parameters.Span.ToArray().Select(p => (double)p)], 1e-5);
    }

    [Fact]
    public void Pass_AfterALargerBatch_DoesNotSeeIt()
    {
        var model = Given.Model(Small);
        var data = Given.Examples(model, 9, seed: 5);
        var parameters = Given.Parameters(model, seed: 6);
        var network = model.CreateNetwork(9, 1);
        Pass(network, data, parameters, [.. Enumerable.Range(0, 9)]);

        var again = Pass(network, data, parameters, [2, 4]);

        Assert.Equal(LossAndGradient(model, data.Select([2, 4]), parameters, threads: 1).Gradient, again.Gradient);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Gradient_OfAnyNumberOfThreads_HasTheSameBits(int threads)
    {
        var model = Given.Model("""{"kind":"cnn","height":12,"width":10,"filters":[20,40],"hidden":[300,500],"classes":10}""");
        var data = Given.Examples(model, 11, seed: 3);
        var parameters = Given.Parameters(model, seed: 4, scale: 0.1);

        var one = LossAndGradient(model, data, parameters, threads: 1);
        for (var i = 0; i < 20; i++)
        {
            var many = LossAndGradient(model, data, parameters, threads);
            Assert.Equal(one.Loss, many.Loss);
            Assert.Equal(one.Gradient, many.Gradient);
        }
    }

    [Fact]
    public void Outputs_OfRandomShapes_EqualPlainLoops() =>
        Gen.Select(Gen.Int[2, 12], Gen.Int[2, 12], Gen.Int[1, 3], Gen.Int[1, 40], Gen.Int[0, 3]).Sample(
            (height, width, channels, filters, half) =>
            {
                var model = Given.Model(
                    $$"""{"kind":"cnn","height":{{height}},"width":{{width}},"channels":{{channels}},"filters":[{{filters}}],"kernel":{{(2 * half) + 1}},"hidden":[],"classes":2}""");
                var data = Given.Examples(model, 2, seed: height);
                var parameters = Given.Parameters(model, seed: width);
                var network = model.CreateNetwork(2, 1);
                var own = new AlignedFloats(parameters.Length);
                parameters.CopyTo(own.Span);
                network.Gather(data, [0, 1]);
                network.Forward(own.Pointer, 2, differentiate: false);
                GC.KeepAlive(own);

                var reference = new ReferenceConvNetwork(model, Array.ConvertAll(parameters, p => (double)p));
                var features = new float[data.FeatureCount];
                for (var i = 0; i < 2; i++)
                {
                    data.CopyFeatures(i, features);
                    var expected = reference.Outputs(Array.ConvertAll(features, f => (double)f));
                    AssertClose(expected, [.. network.Outputs(2).Slice(2 * i, 2).ToArray().Select(o => (double)o)], 2e-5);
                }
            },
            iter: 60);

    private static (double Loss, double[] Gradient) LossAndGradient(ModelDefinition model, DataSet data, ReadOnlySpan<float> start, int threads) =>
        Pass(model.CreateNetwork(data.Count, threads), data, start, [.. Enumerable.Range(0, data.Count)]);

    private static (double Loss, double[] Gradient) Pass(Network network, DataSet data, ReadOnlySpan<float> start, int[] batch)
    {
        AlignedFloats parameters = new(start.Length), gradient = new(start.Length);
        start.CopyTo(parameters.Span);
        network.Gather(data, batch);
        var sum = network.Forward(parameters.Pointer, batch.Length, differentiate: true);
        network.Backward(parameters.Pointer, batch.Length, gradient.Pointer, 0, 1f / batch.Length);
        GC.KeepAlive(parameters);
        return (sum.Loss / batch.Length, [.. gradient.Span.ToArray().Select(g => (double)g)]);
    }

    private static void AssertClose(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) < tolerance * (1 + Math.Abs(expected[i])), $"{i}: {expected[i]} and {actual[i]}");
        }
    }
}
