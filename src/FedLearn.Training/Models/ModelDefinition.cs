using System.Collections.Immutable;
using FedLearn.Core.Models;

namespace FedLearn.Training.Models;

/// <summary>
/// What a built-in model is: dense layers with ReLU between them and a loss on top. Linear, logistic and softmax regression are
/// the cases without a hidden layer.
/// </summary>
public sealed class ModelDefinition
{
    internal ModelDefinition(string kind, ImmutableArray<int> layerSizes, LossKind loss, bool classifies)
    {
        Kind = kind;
        LayerSizes = layerSizes;
        Loss = loss;
        Classifies = classifies;
        Manifest = new(Tensors(layerSizes));
    }

    /// <summary>The model kind's name: linear, logistic, softmax or mlp.</summary>
    public string Kind { get; }

    /// <summary>The number of inputs, of each hidden layer's units, and of outputs; at least two numbers.</summary>
    public ImmutableArray<int> LayerSizes { get; }

    /// <summary>The loss.</summary>
    public LossKind Loss { get; }

    /// <summary>Whether labels are classes (0, 1, ...), so that there is an accuracy; otherwise they are real numbers.</summary>
    public bool Classifies { get; }

    /// <summary>Labels are classes below this number; 0 where the model does not classify.</summary>
    public int Classes => !Classifies ? 0 : Loss == LossKind.BinaryCrossEntropy ? 2 : Outputs;

    /// <summary>Features of one example.</summary>
    public int Inputs => LayerSizes[0];

    /// <summary>Units of the last layer.</summary>
    public int Outputs => LayerSizes[^1];

    /// <summary>
    /// The tensors: <c>layers.i.weight</c> [out, in] and <c>layers.i.bias</c> [out] in order. Layers before a ReLU start with
    /// He's rule, the last one with Glorot's, biases with zeros; a model without hidden layers starts with zeros, since its loss is convex.
    /// </summary>
    public ModelManifest Manifest { get; }

    private static IEnumerable<TensorSpec> Tensors(ImmutableArray<int> sizes)
    {
        var layers = sizes.Length - 1;
        for (var i = 0; i < layers; i++)
        {
            var init = layers == 1 ? InitRule.Zeros : i < layers - 1 ? InitRule.He : InitRule.Glorot;
            yield return new($"layers.{i}.weight", init, sizes[i + 1], sizes[i]);
            yield return new($"layers.{i}.bias", InitRule.Zeros, sizes[i + 1]);
        }
    }
}
