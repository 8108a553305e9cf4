using System.Collections.Immutable;
using System.Text.Json;
using FedLearn.Training.Models.Convolutional;
using FedLearn.Training.Models.Recurrent;

namespace FedLearn.Training.Models;

/// <summary>
/// The built-in model kinds, from the spec's <c>model</c> object:
/// <list type="bullet">
/// <item><c>{"kind":"linear","inputs":13}</c>: linear regression, mean squared error;</item>
/// <item><c>{"kind":"logistic","inputs":13}</c>: one sigmoid output, binary cross-entropy;</item>
/// <item><c>{"kind":"softmax","inputs":784,"classes":10}</c>: softmax regression, cross-entropy;</item>
/// <item><c>{"kind":"mlp","inputs":784,"hidden":[200,200],"classes":10,"loss":"cross-entropy"}</c>: ReLU perceptron;
/// <c>loss</c> is <c>cross-entropy</c> (default; needs <c>classes</c>) or <c>mse</c> (with <c>classes</c> on one-hot targets, without on one
/// real target);</item>
/// <item><c>{"kind":"cnn","height":28,"width":28,"channels":1,"filters":[32,64],"kernel":5,"hidden":[512],"classes":10}</c>: for each of
/// <c>filters</c> a "same" convolution of so many output channels, ReLU and a 2 x 2 max-pool; then dense layers with ReLU between them and
/// cross-entropy. <c>channels</c> is 1 and <c>kernel</c> 5 by default. Features are the image row by row, channel after channel;</item>
/// <item><c>{"kind":"lstm","length":80,"classes":65,"embedding":8,"hidden":256,"layers":2}</c>: tells the character after <c>length</c> others from
/// an alphabet of <c>classes</c>: embedding (8 by default), LSTM layers (1 by default), a dense layer on the last state; cross-entropy.</item>
/// </list>
/// Other fields (<c>tensors</c>, say) are left to others. Sizes are 1 to 1,048,576, classes at least 2, hidden layers 1 to 16
/// (of a cnn 0 to 16); an image's sides and channels are at most 4,096, filters 1 to 8 numbers of at most 4,096, the kernel is odd and at most 15;
/// of an lstm the length is at most 1,024, classes 256, embedding and hidden 4,096 (and length times hidden 2,097,152), layers 4.
/// </summary>
public static class ModelRegistry
{
    private static readonly Dictionary<string, Func<ModelObjectReader, ModelDefinition?>> s_kinds = new(StringComparer.Ordinal)
    {
        ["linear"] = r => Regression(r, "linear", LossKind.MeanSquaredError),
        ["logistic"] = r => Regression(r, "logistic", LossKind.BinaryCrossEntropy),
        ["softmax"] = Softmax,
        ["mlp"] = Perceptron,
        ["cnn"] = ConvReader.Read,
        ["lstm"] = LstmReader.Read,
    };

    /// <summary>The built-in kinds, in alphabetical order.</summary>
    public static ImmutableArray<string> Kinds { get; } = [.. s_kinds.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Whether <paramref name="kind"/> is a built-in kind.</summary>
    public static bool IsBuiltIn(string kind) => s_kinds.ContainsKey(kind);

    /// <summary>Reads a <c>model</c> object; gives the model, or every mistake in it.</summary>
    public static ModelResult Create(JsonElement model)
    {
        var reader = new ModelObjectReader(model);
        if (!reader.IsObject || reader.Text("kind", null) is not { } kind)
        {
            return new(null, reader.Errors);
        }

        if (!s_kinds.TryGetValue(kind, out var create))
        {
            reader.Add("kind", $"one of {string.Join(", ", Kinds)}", $"\"{kind}\"");
            return new(null, reader.Errors);
        }

        var definition = create(reader);
        return new(reader.Errors.IsEmpty ? definition : null, reader.Errors);
    }

    private static ModelDefinition? Regression(ModelObjectReader reader, string kind, LossKind loss) =>
        reader.Size("inputs", 1) is { } inputs
            ? new(kind, [inputs, 1], loss, classifies: loss == LossKind.BinaryCrossEntropy)
            : null;

    private static ModelDefinition? Softmax(ModelObjectReader reader)
    {
        var inputs = reader.Size("inputs", 1);
        var classes = reader.Size("classes", 2);
        return inputs is { } i && classes is { } c ? new("softmax", [i, c], LossKind.CrossEntropy, classifies: true) : null;
    }

    private static ModelDefinition? Perceptron(ModelObjectReader reader)
    {
        var inputs = reader.Size("inputs", 1);
        var hidden = reader.Sizes("hidden", 1, 16);
        var loss = reader.Text("loss", "cross-entropy");
        if (loss is not (null or "cross-entropy" or "mse"))
        {
            reader.Add("loss", "\"cross-entropy\" or \"mse\"", $"\"{loss}\"");
        }

        var classifies = loss != "mse" || reader.Has("classes");
        var outputs = classifies ? reader.Size("classes", 2) : 1;
        return inputs is { } i && outputs is { } o && loss is not null
            ? new("mlp", [i, .. hidden, o], loss == "mse" ? LossKind.MeanSquaredError : LossKind.CrossEntropy, classifies)
            : null;
    }
}
