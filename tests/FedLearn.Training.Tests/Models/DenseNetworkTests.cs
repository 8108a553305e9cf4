using FedLearn.Training.Models;
using FedLearn.Training.Models.Kernels;

namespace FedLearn.Training.Tests.Models;

public unsafe class DenseNetworkTests
{
    public static TheoryData<string> EveryKind =>
    [
        """{"kind":"linear","inputs":13}""",
        """{"kind":"logistic","inputs":9}""",
        """{"kind":"softmax","inputs":17,"classes":5}""",
        """{"kind":"mlp","inputs":11,"hidden":[7,5],"classes":3}""",
        """{"kind":"mlp","inputs":11,"hidden":[18],"classes":4,"loss":"mse"}""",
        """{"kind":"mlp","inputs":5,"hidden":[8,3],"loss":"mse"}""",
    ];

    [Theory]
    [MemberData(nameof(EveryKind))]
    public void Gradient_OfEveryKind_EqualsFiniteDifferences(string json)
    {
        var model = Given.Model(json);
        var data = Given.Examples(model, 12, seed: 3);
        var parameters = Given.Parameters(model, seed: 4);

        var (loss, gradient) = LossAndGradient(model, data, parameters);

        var expected = ReferenceNetwork.Gradient(model, parameters, data);
        Assert.Equal(ReferenceNetwork.MeanLoss(model, Array.ConvertAll(parameters, p => (double)p), data), loss, 1e-5);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - gradient[i]) < 2e-5 * (1 + Math.Abs(expected[i])), $"{i}: {expected[i]} and {gradient[i]}");
        }
    }

    [Fact]
    public void Backward_IntoTheParameters_IsTheGradientThenTheStep()
    {
        var model = Given.Model("""{"kind":"mlp","inputs":30,"hidden":[20,10],"classes":4}""");
        var data = Given.Examples(model, 9, seed: 5);
        var start = Given.Parameters(model, seed: 6);
        var gradient = LossAndGradient(model, data, start).Gradient;

        var network = model.CreateNetwork(9, 1);
        var parameters = new AlignedFloats(start.Length);
        start.CopyTo(parameters.Span);
        network.Gather(data, [.. Enumerable.Range(0, 9)]);
        network.Forward(parameters.Pointer, 9, differentiate: true);
        network.Backward(parameters.Pointer, 9, parameters.Pointer, 0.99f, -0.5f / 9);

        for (var i = 0; i < start.Length; i++)
        {
            Assert.Equal((0.99 * start[i]) - (0.5 * gradient[i]), parameters.Span[i], 1e-5);
        }
    }

    [Fact]
    public void CrossEntropy_OfHugeOutputs_StaysFinite()
    {
        var model = Given.Model("""{"kind":"softmax","inputs":1,"classes":2}""");
        var outputs = stackalloc float[] { 3e4f, -3e4f };
        var sum = OutputLoss.Apply(model, outputs, [1f], differentiate: true);
        Assert.Equal(6e4, sum.Loss, 1e-6);
        Assert.Equal(1, outputs[0]);
        Assert.Equal(-1, outputs[1]);
    }

    [Fact]
    public void BinaryCrossEntropy_OfHugeOutputs_StaysFinite()
    {
        var model = Given.Model("""{"kind":"logistic","inputs":1}""");
        var outputs = stackalloc float[] { -5e4f };
        Assert.Equal(5e4, OutputLoss.Apply(model, outputs, [1f], differentiate: true).Loss, 1e-6);
        Assert.Equal(-1, outputs[0]);
    }

    private static (double Loss, double[] Gradient) LossAndGradient(
        ModelDefinition model, FedLearn.Training.Data.DataSet data, ReadOnlySpan<float> start)
    {
        var network = model.CreateNetwork(data.Count, 1);
        AlignedFloats parameters = new(start.Length), gradient = new(start.Length);
        start.CopyTo(parameters.Span);
        network.Gather(data, [.. Enumerable.Range(0, data.Count)]);
        var sum = network.Forward(parameters.Pointer, data.Count, differentiate: true);
        network.Backward(parameters.Pointer, data.Count, gradient.Pointer, 0, 1f / data.Count);
        GC.KeepAlive(parameters);
        return (sum.Loss / data.Count, [.. gradient.Span.ToArray().Select(g => (double)g)]);
    }
}
