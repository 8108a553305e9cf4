using FedLearn.Training.Data;
using FedLearn.Training.Models;

namespace FedLearn.Training.Tests.Models;

/// <summary>
/// A convolutional network written down plainly in double precision, channels first, from the manifest's tensors alone: loss, and the
/// gradient by the chain rule.
/// </summary>
internal sealed class ReferenceConvNetwork(ModelDefinition model, double[] parameters)
{
    private readonly double[] _gradient = new double[parameters.Length];

    /// <summary>The mean loss over the data, and its gradient.</summary>
    public static (double Loss, double[] Gradient) LossAndGradient(ModelDefinition model, double[] parameters, DataSet data)
    {
        var network = new ReferenceConvNetwork(model, parameters);
        var features = new float[data.FeatureCount];
        var loss = 0.0;
        for (var i = 0; i < data.Count; i++)
        {
            data.CopyFeatures(i, features);
            loss += network.Add(Array.ConvertAll(features, f => (double)f), (int)data.Labels[i]);
        }

        return (loss / data.Count, Array.ConvertAll(network._gradient, g => g / data.Count));
    }

    /// <summary>The outputs for one example.</summary>
    public double[] Outputs(double[] image) => Up(image, []);

    private double Add(double[] image, int label)
    {
        var tape = new List<double[]>();
        var outputs = Up(image, tape);
        var total = outputs.Sum(Math.Exp);
        Down([.. outputs.Select((o, i) => (Math.Exp(o) / total) - (i == label ? 1 : 0))], tape);
        return Math.Log(total) - outputs[label];
    }

    private double[] Up(double[] values, List<double[]> tape)
    {
        var tensor = 0;
        foreach (var c in model.Convolutions)
        {
            tape.Add(values);
            var convolved = new double[c.Outputs * c.Height * c.Width];
            Each(c, tensor, (output, input, weight) => convolved[output] += parameters[weight] * values[input]);
            for (var i = 0; i < convolved.Length; i++)
            {
                convolved[i] = Math.Max(0, convolved[i] + parameters[Start(tensor + 1) + (i / (c.Height * c.Width))]);
            }

            tape.Add(convolved);
            values = new double[c.Outputs * c.PooledPixels];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = convolved[Highest(c, convolved, i)];
            }

            tensor += 2;
        }

        for (var layer = 1; layer < model.LayerSizes.Length; layer++, tensor += 2)
        {
            tape.Add(values);
            var below = values;
            values = [.. Enumerable.Range(0, model.LayerSizes[layer]).Select(o => parameters[Start(tensor + 1) + o]
                + below.Select((v, k) => v * parameters[Start(tensor) + (o * below.Length) + k]).Sum())];
            values = layer < model.LayerSizes.Length - 1 ? Array.ConvertAll(values, v => Math.Max(v, 0)) : values;
        }

        return values;
    }

    private void Down(double[] errors, List<double[]> tape)
    {
        var tensor = model.Manifest.Tensors.Length - 2;
        for (var layer = model.LayerSizes.Length - 1; layer > 0; layer--, tensor -= 2)
        {
            var values = tape[(2 * model.Convolutions.Length) + layer - 1];
            var below = new double[values.Length];
            for (var o = 0; o < errors.Length; o++)
            {
                _gradient[Start(tensor + 1) + o] += errors[o];
                for (var k = 0; k < values.Length; k++)
                {
                    _gradient[Start(tensor) + (o * values.Length) + k] += errors[o] * values[k];
                    below[k] += errors[o] * parameters[Start(tensor) + (o * values.Length) + k];
                }
            }

            errors = layer > 1 ? [.. below.Select((e, k) => values[k] > 0 ? e : 0)] : below;
        }

        for (var i = model.Convolutions.Length - 1; i >= 0; i--, tensor -= 2)
        {
            var (c, values, convolved) = (model.Convolutions[i], tape[2 * i], tape[(2 * i) + 1]);
            var spread = new double[convolved.Length];
            for (var p = 0; p < errors.Length; p++)
            {
                var place = Highest(c, convolved, p);
                spread[place] = convolved[place] > 0 ? errors[p] : 0;
                _gradient[Start(tensor + 1) + (p / c.PooledPixels)] += spread[place];
            }

            var below = new double[values.Length];
            Each(c, tensor, (output, input, weight) =>
            {
                _gradient[weight] += spread[output] * values[input];
                below[input] += spread[output] * parameters[weight];
            });
            errors = below;
        }
    }

    /// <summary>Every product of a "same" convolution: the places of its output, its input and its weight.</summary>
    private void Each(Training.Models.Convolutional.ConvShape c, int tensor, Action<int, int, int> product)
    {
        for (var i = 0; i < c.Outputs * c.Inputs * c.Height * c.Width * c.Taps; i++)
        {
            var (kx, ky, x) = (i % c.Kernel, i / c.Kernel % c.Kernel, i / c.Taps % c.Width);
            var (y, input, output) = (i / c.Taps / c.Width % c.Height, i / c.Taps / c.Width / c.Height % c.Inputs, i / c.Taps / c.Width / c.Height / c.Inputs);
            var (sourceY, sourceX) = (y + ky - (c.Kernel / 2), x + kx - (c.Kernel / 2));
            if (sourceY >= 0 && sourceY < c.Height && sourceX >= 0 && sourceX < c.Width)
            {
                product(
                    (((output * c.Height) + y) * c.Width) + x, (((input * c.Height) + sourceY) * c.Width) + sourceX,
                    Start(tensor) + (((((output * c.Inputs) + input) * c.Kernel) + ky) * c.Kernel) + kx);
            }
        }
    }

    private static int Highest(Training.Models.Convolutional.ConvShape c, double[] convolved, int pooled)
    {
        var (x, y, channel) = (pooled % c.PooledWidth, pooled / c.PooledWidth % c.PooledHeight, pooled / c.PooledPixels);
        var corner = (((channel * c.Height) + (2 * y)) * c.Width) + (2 * x);
        return new[] { corner, corner + 1, corner + c.Width, corner + c.Width + 1 }.MaxBy(place => convolved[place]);
    }

    private int Start(int tensor) => (int)model.Manifest.StartOf(tensor);
}
