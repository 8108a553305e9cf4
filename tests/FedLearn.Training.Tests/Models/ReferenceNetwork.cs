using FedLearn.Training.Data;
using FedLearn.Training.Models;

namespace FedLearn.Training.Tests.Models;

/// <summary>The mean loss of a model, written down plainly in double precision: what gradients are checked against.</summary>
internal static class ReferenceNetwork
{
    public static double MeanLoss(ModelDefinition model, double[] parameters, DataSet data)
    {
        var total = 0.0;
        var features = new float[data.FeatureCount];
        for (var i = 0; i < data.Count; i++)
        {
            data.CopyFeatures(i, features);
            total += Loss(model, Outputs(model, parameters, features), data.Labels[i]);
        }

        return total / data.Count;
    }

    /// <summary>Central differences of <see cref="MeanLoss"/>.</summary>
    public static double[] Gradient(ModelDefinition model, ReadOnlySpan<float> parameters, DataSet data)
    {
        const double Step = 1e-6;
        var at = Array.ConvertAll(parameters.ToArray(), p => (double)p);
        var gradient = new double[at.Length];
        for (var i = 0; i < at.Length; i++)
        {
            var kept = at[i];
            at[i] = kept + Step;
            var above = MeanLoss(model, at, data);
            at[i] = kept - Step;
            gradient[i] = (above - MeanLoss(model, at, data)) / (2 * Step);
            at[i] = kept;
        }

        return gradient;
    }

    private static double[] Outputs(ModelDefinition model, double[] parameters, float[] features)
    {
        var values = Array.ConvertAll(features, f => (double)f);
        var place = 0;
        for (var layer = 1; layer < model.LayerSizes.Length; layer++)
        {
            var next = new double[model.LayerSizes[layer]];
            for (var o = 0; o < next.Length; o++)
            {
                next[o] = values.Select((v, k) => v * parameters[place + (o * values.Length) + k]).Sum()
                    + parameters[place + (next.Length * values.Length) + o];
            }

            place += next.Length * (values.Length + 1);
            values = layer < model.LayerSizes.Length - 1 ? Array.ConvertAll(next, v => Math.Max(v, 0)) : next;
        }

        return values;
    }

    private static double Loss(ModelDefinition model, double[] outputs, float label) => model.Loss switch
    {
        LossKind.CrossEntropy => Math.Log(outputs.Sum(Math.Exp)) - outputs[(int)label],
        LossKind.BinaryCrossEntropy => -Math.Log(1 / (1 + Math.Exp(label > 0 ? -outputs[0] : outputs[0]))),
        _ when model.Classifies => outputs.Select((o, i) => Math.Pow(o - (i == (int)label ? 1 : 0), 2)).Average(),
        _ => Math.Pow(outputs[0] - label, 2),
    };
}
