namespace FedLearn.Training.Models;

/// <summary>Losses on the last layer's outputs, with their gradients; sums in double precision.</summary>
internal static unsafe class OutputLoss
{
    /// <summary>
    /// The losses' sum over the batch and the number of right answers; replaces each output by the loss's derivative with respect to it
    /// where <paramref name="differentiate"/> is set.
    /// </summary>
    public static LossSum Apply(ModelDefinition model, float* outputs, ReadOnlySpan<float> labels, bool differentiate)
    {
        var width = model.Outputs;
        var sum = default(LossSum);
        for (var b = 0; b < labels.Length; b++)
        {
            var row = new Span<float>(outputs + ((nint)b * width), width);
            sum += model.Loss switch
            {
                LossKind.CrossEntropy => CrossEntropy(row, (int)labels[b], differentiate),
                LossKind.BinaryCrossEntropy => Binary(ref row[0], labels[b], differentiate),
                _ when model.Classifies => OneHotSquares(row, (int)labels[b], differentiate),
                _ => Square(ref row[0], labels[b], differentiate),
            };
        }

        return sum;
    }

    private static LossSum CrossEntropy(Span<float> row, int label, bool differentiate)
    {
        var (best, highest) = Highest(row);
        double target = row[label], total = 0;
        foreach (var output in row)
        {
            total += Math.Exp((double)output - highest);
        }

        if (differentiate)
        {
            var inverse = 1 / total;
            foreach (ref var output in row)
            {
                output = (float)(Math.Exp((double)output - highest) * inverse);
            }

            row[label] -= 1;
        }

        return new(Math.Log(total) + highest - target, best == label ? 1 : 0);
    }

    /// <summary>log(1 + e^-|z|) keeps the loss exact for large outputs of either sign.</summary>
    private static LossSum Binary(ref float output, float label, bool differentiate)
    {
        double z = output;
        var small = Math.Exp(-Math.Abs(z));
        if (differentiate)
        {
            output = (float)((z >= 0 ? 1 / (1 + small) : small / (1 + small)) - label);
        }

        return new(Math.Max(z, 0) - (z * label) + Math.Log(1 + small), z > 0 == label > 0.5f ? 1 : 0);
    }

    private static LossSum Square(ref float output, float label, bool differentiate)
    {
        var error = (double)output - label;
        if (differentiate)
        {
            output = (float)(2 * error);
        }

        return new(error * error, 0);
    }

    private static LossSum OneHotSquares(Span<float> row, int label, bool differentiate)
    {
        var (best, _) = Highest(row);
        var loss = 0.0;
        for (var i = 0; i < row.Length; i++)
        {
            var error = row[i] - (i == label ? 1.0 : 0);
            loss += error * error;
            if (differentiate)
            {
                row[i] = (float)(2 * error / row.Length);
            }
        }

        return new(loss / row.Length, best == label ? 1 : 0);
    }

    private static (int Index, float Value) Highest(ReadOnlySpan<float> row)
    {
        var best = 0;
        for (var i = 1; i < row.Length; i++)
        {
            best = row[i] > row[best] ? i : best;
        }

        return (best, row[best]);
    }
}

/// <summary>Losses added up over examples.</summary>
/// <param name="Loss">The sum of the losses.</param>
/// <param name="Correct">How many classes were right; 0 where the model does not classify.</param>
internal readonly record struct LossSum(double Loss, long Correct)
{
    public static LossSum operator +(LossSum a, LossSum b) => new(a.Loss + b.Loss, a.Correct + b.Correct);
}
