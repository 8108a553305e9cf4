using System.Numerics;

namespace FedLearn.Training.Models.Convolutional;

/// <summary>
/// ReLU and the 2 x 2 max-pool over it, channels last. Of equal values the first counts, as in PyTorch. Which one counted
/// is kept as 0 to 3 (row by row), or -1 where ReLU closed.
/// </summary>
internal static unsafe class MaxPool
{
    /// <summary>Pools one row of pixels from two rows of values.</summary>
    /// <param name="upper">The upper row.</param>
    /// <param name="rowStride">From it to the lower one.</param>
    /// <param name="pixels">Pixels of the pooled row.</param>
    /// <param name="channels">Stored channels: a multiple of the register's width.</param>
    /// <param name="target">The pooled row.</param>
    /// <param name="chosen">Which value counted.</param>
    public static void Up(float* upper, nint rowStride, int pixels, int channels, float* target, float* chosen)
    {
        for (var x = 0; x < pixels; x++)
        {
            var corner = upper + ((nint)x * 2 * channels);
            for (var c = 0; c < channels; c += Vector<float>.Count, target += Vector<float>.Count, chosen += Vector<float>.Count)
            {
                var best = Vector.Load(corner + c);
                var which = Vector<float>.Zero;
                Take(corner + c + channels, 1, ref best, ref which);
                Take(corner + c + rowStride, 2, ref best, ref which);
                Take(corner + c + rowStride + channels, 3, ref best, ref which);

                // A NaN stays one, so that diverged training is seen by its loss.
                var closed = Vector.LessThanOrEqual(best, Vector<float>.Zero);
                Vector.Store(Vector.ConditionalSelect(closed, Vector<float>.Zero, best), target);
                Vector.Store(Vector.ConditionalSelect(closed, new(-1f), which), chosen);
            }
        }
    }

    /// <summary>
    /// Gives the errors of a pooled row to the values that counted and zero to the others; errors that ReLU closed become zero in their own place too.
    /// </summary>
    public static void Down(float* errors, float* chosen, int pixels, int channels, float* upper, nint rowStride)
    {
        for (var x = 0; x < pixels; x++)
        {
            var corner = upper + ((nint)x * 2 * channels);
            for (var c = 0; c < channels; c += Vector<float>.Count, errors += Vector<float>.Count, chosen += Vector<float>.Count)
            {
                var which = Vector.Load(chosen);
                var error = Vector.ConditionalSelect(Vector.LessThan(which, Vector<float>.Zero), Vector<float>.Zero, Vector.Load(errors));
                Vector.Store(error, errors);
                Give(corner + c, 0, error, which);
                Give(corner + c + channels, 1, error, which);
                Give(corner + c + rowStride, 2, error, which);
                Give(corner + c + rowStride + channels, 3, error, which);
            }
        }
    }

    private static void Take(float* source, float number, ref Vector<float> best, ref Vector<float> which)
    {
        var value = Vector.Load(source);
        var better = Vector.GreaterThan(value, best);
        which = Vector.ConditionalSelect(better, new(number), which);
        best = Vector.ConditionalSelect(better, value, best);
    }

    private static void Give(float* target, float number, Vector<float> error, Vector<float> which) =>
        Vector.Store(Vector.ConditionalSelect(Vector.Equals(which, new(number)), error, Vector<float>.Zero), target);
}
