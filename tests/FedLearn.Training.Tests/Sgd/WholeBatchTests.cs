using FedLearn.Core.Specs;
using FedLearn.Training.Models.Kernels;
using FedLearn.Training.Sgd;

namespace FedLearn.Training.Tests.Sgd;

/// <summary>A step on 600 examples goes through them in chunks; it must be the step of one backward pass over all of them.</summary>
public unsafe class WholeBatchTests
{
    private const int Examples = 600;

    [Theory]
    [InlineData("""{"kind":"cnn","height":12,"width":12,"filters":[6,8],"kernel":3,"hidden":[40],"classes":5}""")]
    [InlineData("""{"kind":"mlp","inputs":30,"hidden":[25,20],"classes":5}""")]
    public void Run_OnTheWholeBatch_IsTheStepOfOneBackwardPass(string json)
    {
        var model = Given.Model(json);
        var (data, start) = (Given.Examples(model, Examples, seed: 1), Given.Parameters(model, 2));
        var sgd = new LocalSgd(model, data, start, Given.Job(new ClientSettings { BatchSize = 0, LearningRate = 1 }));
        Assert.Equal(1, sgd.Run(TestContext.Current.CancellationToken).Steps);

        AlignedFloats parameters = new(start.Length), gradient = new(start.Length);
        start.CopyTo(parameters.Span);
        var network = model.CreateNetwork(Examples, threads: 1);
        network.Gather(data, [.. Enumerable.Range(0, Examples)]);
        network.Forward(parameters.Pointer, Examples, differentiate: true);
        network.Backward(parameters.Pointer, Examples, gradient.Pointer, alpha: 0, beta: 1f / Examples);

        Assert.True(Examples > 4 * ExactStep.ChunkSize, "one chunk would prove nothing");
        var norm = Math.Sqrt(Norm(gradient.Span.ToArray()));
        var apart = Math.Sqrt(Norm([.. start.Select((w, i) => w - sgd.Parameters[i] - gradient.Span[i])]));
        Assert.True(apart < 1e-5 * norm, $"{apart / norm:e2} of the norm");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(1003)]
    public void Add_OfAnyLength_HasTheBitsOfALoop(int length)
    {
        var values = Enumerable.Range(0, length).Select(i => (float)Math.Sin(i) * 1e-3f).ToArray();
        var sums = Enumerable.Range(0, length).Select(i => Math.Cos(i)).ToArray();
        double[] expected = [.. sums.Zip(values, (s, v) => s + v)];

        WideSum.Add(values, sums);

        Assert.Equal(expected, sums);
    }

    [Fact]
    public void Add_OfUnequalLengths_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => WideSum.Add(new float[3], new double[4]));

    private static double Norm(float[] values) => values.Sum(v => (double)v * v);
}
