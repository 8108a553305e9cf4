using System.Collections.Immutable;
using FedLearn.Core.Models;
using FedLearn.Training.Models.Convolutional;
using FedLearn.Training.Models.Kernels;
using FedLearn.Training.Models.Recurrent;

namespace FedLearn.Training.Models;

/// <summary>
/// What a built-in model is: convolutions with pools (only <c>cnn</c> has some) or recurrent layers (<c>lstm</c>), dense layers with ReLU between
/// them and a loss on top.
/// Linear, logistic and softmax regression are the cases without a hidden layer.
/// </summary>
public sealed class ModelDefinition
{
    internal ModelDefinition(string kind, ImmutableArray<int> layerSizes, LossKind loss, bool classifies)
        : this(kind, [], layerSizes, loss, classifies)
    {
    }

    internal ModelDefinition(
        string kind, ImmutableArray<ConvShape> convolutions, ImmutableArray<int> layerSizes, LossKind loss, bool classifies)
    {
        Kind = kind;
        Convolutions = convolutions;
        LayerSizes = layerSizes;
        Loss = loss;
        Classifies = classifies;
        Manifest = new([.. ConvTensors(convolutions), .. DenseTensors(layerSizes, convolutions.IsEmpty)]);
    }

    internal ModelDefinition(string kind, LstmShape recurrent, LossKind loss)
    {
        Kind = kind;
        Convolutions = [];
        Recurrent = recurrent;
        LayerSizes = [recurrent.Hidden, recurrent.Alphabet];
        Loss = loss;
        Classifies = true;
        Manifest = new(
        [
            .. recurrent.Tensors(),
            new("fc.weight", InitRule.Glorot, recurrent.Alphabet, recurrent.Hidden), new("fc.bias", InitRule.Zeros, recurrent.Alphabet),
        ]);
    }

    /// <summary>The model kind's name: linear, logistic, softmax, mlp, cnn or lstm.</summary>
    public string Kind { get; }

    /// <summary>
    /// Of the dense layers: the number of inputs, of each hidden layer's units, and of outputs; at least two numbers. The inputs are the
    /// example's features, the last pool's output channel by channel, or the last recurrent state.
    /// </summary>
    public ImmutableArray<int> LayerSizes { get; }

    /// <summary>The loss.</summary>
    public LossKind Loss { get; }

    /// <summary>Whether labels are classes (0, 1, ...), so that there is an accuracy; otherwise they are real numbers.</summary>
    public bool Classifies { get; }

    /// <summary>Labels are classes below this number; 0 where the model does not classify.</summary>
    public int Classes => !Classifies ? 0 : Loss == LossKind.BinaryCrossEntropy ? 2 : Outputs;

    /// <summary>Features of one example.</summary>
    public int Inputs => Recurrent is { } recurrent ? recurrent.Length : Convolutions is [var first, ..] ? first.Inputs * first.Height * first.Width : LayerSizes[0];

    /// <summary>Units of the last layer.</summary>
    public int Outputs => LayerSizes[^1];

    /// <summary>
    /// The tensors in order: <c>layers.i.weight</c> [out, in] and <c>layers.i.bias</c> [out]; of a cnn <c>conv1.weight</c> [out, in, kernel, kernel],
    /// <c>conv1.bias</c> and so on, then <c>fc1.weight</c> [out, in], <c>fc1.bias</c> and so on; of an lstm <c>embedding.weight</c>, those
    /// of PyTorch's module <c>lstm</c>, <c>fc.weight</c> and <c>fc.bias</c>: PyTorch's layouts. Layers before a ReLU start with
    /// He's rule, the last one with Glorot's, biases with zeros; a model without hidden layers starts with zeros, since its loss is convex.
    /// </summary>
    public ModelManifest Manifest { get; }

    /// <summary>The convolutions below the dense layers, lowest first.</summary>
    internal ImmutableArray<ConvShape> Convolutions { get; }

    /// <summary>The recurrent layers below the dense ones, or null.</summary>
    internal LstmShape? Recurrent { get; }

    /// <summary>Buffers and kernels for this model.</summary>
    /// <param name="maximumBatch">The most examples of a pass.</param>
    /// <param name="threads">How many threads may work on a pass; changes no bit. Only convolutions are worth more than one.</param>
    internal Network CreateNetwork(int maximumBatch, int threads) =>
        Recurrent is { } recurrent ? new LstmNetwork(this, recurrent, maximumBatch)
        : Convolutions.IsEmpty ? new DenseNetwork(this, maximumBatch)
        : new ConvNetwork(this, maximumBatch, new Crew(threads));

    private static IEnumerable<TensorSpec> ConvTensors(ImmutableArray<ConvShape> convolutions)
    {
        foreach (var (i, c) in convolutions.Index())
        {
            yield return new($"conv{i + 1}.weight", InitRule.He, c.Outputs, c.Inputs, c.Kernel, c.Kernel);
            yield return new($"conv{i + 1}.bias", InitRule.Zeros, c.Outputs);
        }
    }

    private static IEnumerable<TensorSpec> DenseTensors(ImmutableArray<int> sizes, bool alone)
    {
        var layers = sizes.Length - 1;
        for (var i = 0; i < layers; i++)
        {
            var name = alone ? $"layers.{i}" : $"fc{i + 1}";
            var init = alone && layers == 1 ? InitRule.Zeros : i < layers - 1 ? InitRule.He : InitRule.Glorot;
            yield return new($"{name}.weight", init, sizes[i + 1], sizes[i]);
            yield return new($"{name}.bias", InitRule.Zeros, sizes[i + 1]);
        }
    }
}
