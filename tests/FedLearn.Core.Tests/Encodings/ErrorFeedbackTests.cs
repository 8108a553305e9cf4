using FedLearn.Core.Encodings;

namespace FedLearn.Core.Tests.Encodings;

/// <summary>Error feedback as clients do it: what an encoding leaves out is added to the next delta.</summary>
public class ErrorFeedbackTests
{
    [Fact]
    public void TopK_ManyRounds_SentAndResidualAreTheSumOfDeltas()
    {
        const int length = 3000;
        var encoding = new TopKEncoding(0.05);
        var (sent, sum, residual) = (new double[length], new double[length], new float[length]);
        for (var round = 0; round < 50; round++)
        {
            var delta = Codecs.Gaussian(length, round);
            var corrected = delta.Zip(residual, (d, r) => d + r).ToArray();
            var decoded = encoding.Decode(encoding.Encode(corrected), length);
            for (var i = 0; i < length; i++)
            {
                residual[i] = corrected[i] - decoded[i];
                sent[i] += decoded[i];
                sum[i] += delta[i];
            }
        }

        for (var i = 0; i < length; i++)
        {
            // Each round rounds one sum of numbers below 64 to float32.
            Assert.Equal(sum[i], sent[i] + residual[i], 50 * 64 * Math.Pow(2, -24));
        }
    }

    [Theory]
    [InlineData(0.05, true)]
    [InlineData(0.05, false)]
    public void TopK_OnAQuadratic_ConvergesWithFeedbackAlone(double share, bool feedback)
    {
        // f(x) = sum_i a_i (x_i - 1)^2 / 2 with curvatures from 0.01 to 1: of steep coordinates the gradients hide those of flat ones.
        const int length = 100;
        var encoding = new TopKEncoding(share);
        var (x, residual) = (new float[length], new float[length]);
        var curvature = Enumerable.Range(0, length).Select(i => (float)Math.Pow(10, -2.0 * i / (length - 1))).ToArray();
        const int steps = 4000;
        for (var step = 0; step < steps; step++)
        {
            // Noise that is large in the steep coordinates crowds out the others, unless they are kept for later.
            var noise = Codecs.Gaussian(length, step);
            var corrected = x.Select((v, i) => (-0.1f * curvature[i] * (v - 1 + (0.3f * noise[i]))) + (feedback ? residual[i] : 0)).ToArray();
            var decoded = encoding.Decode(encoding.Encode(corrected), length);
            for (var i = 0; i < length; i++)
            {
                residual[i] = corrected[i] - decoded[i];
                x[i] += decoded[i];
            }
        }

        var farthest = x.Max(v => Math.Abs(v - 1));
        Assert.True(feedback ? farthest < 0.5 : farthest > 0.9, $"{farthest}");
    }
}
