using System.Text;

namespace FedLearn.Core.Specs;

/// <summary>The reference of the run spec as Markdown, made of <see cref="SpecFields"/>: docs/run-spec.md.</summary>
public static class RunSpecReference
{
    private const string Head =
        """
        # The run spec

        A run is described by one JSON file. Comments and trailing commas are allowed; at most 1 MiB. Every field has a flag of
        the same name, `fedlearn run create spec.json --client.batchSize 10`, and `--set PATH=JSON` sets any field, a model's own
        ones too. What stands on the command line wins over the file. `null` means: as if the field were not there.
        All mistakes are reported at once, each with its path.

        ```json
        {
          "name": "digits",
          "model": { "kind": "mlp", "inputs": 784, "hidden": [200], "classes": 10 },
          "stop": { "rounds": 20, "target": { "metric": "accuracy", "value": 0.97 } },
          "client": { "epochs": 1, "batchSize": 10, "learningRate": 0.1 }
        }
        ```

        This page is made by `fedlearn run spec`; do not edit it.

        """;

    private const string Model =
        """

        A kind's own fields stand beside `kind`; trainers receive the whole object.

        | kind | fields | model |
        |---|---|---|
        | `linear` | `inputs` | linear regression, mean squared error |
        | `logistic` | `inputs` | one sigmoid output, binary cross-entropy |
        | `softmax` | `inputs`, `classes` | softmax regression, cross-entropy |
        | `mlp` | `inputs`, `hidden` (list of layer widths), `classes`, `loss` (`cross-entropy` or `mse`) | perceptron with ReLU |
        | `cnn` | `height`, `width`, `channels` (default 1), `filters` (output channels of each convolution, 1 to 8), `kernel` (odd side, default 5), `hidden` (list of layer widths, may be empty), `classes` | for each filter a "same" convolution, ReLU and 2 x 2 max-pool; then a perceptron; cross-entropy. Features are the image row by row, channel after channel. |
        | `lstm` | `length` (characters read), `classes` (size of the alphabet, at most 256), `embedding` (default 8), `hidden` (units), `layers` (default 1, at most 4) | next character: embedding, LSTM layers, a dense layer on the last state; cross-entropy. Data of the schema kind `text`. |

        A `cnn` of 28 x 28 pixels with `"filters": [32, 64], "hidden": [512], "classes": 10` is the one of McMahan et al. 2017, of 1,663,370
        parameters. Its tensors have PyTorch's layouts and are named `conv1.weight`, `conv1.bias`, ..., `fc1.weight`, `fc1.bias`, ...: a module with
        such members takes them by `load_state_dict`. It is trained by as many threads as the machine has cores.

        An `lstm`'s tensors are those of the PyTorch modules `embedding` (Embedding), `lstm` (LSTM with `num_layers`) and `fc` (Linear), likewise.

        `model.tensors` lists the model's tensors in the order of its vector: 1 to 10,000 objects
        `{"name": "fc1.weight", "shape": [200, 784], "init": {"kind": "he"}}`. For the built-in kinds `fedlearn run create` fills it in;
        a model of your own must list them. Names are unique, 1 to 200 characters; a shape has up to 8 dimensions of at least 1
        (dense weights are [out, in]; `[]` is a scalar); all elements are float32, at most 2^40 in all. `init.kind` is
        `zeros` (default), `he`, `glorot`, or `normal` with its standard deviation `std` (at least 0).

        """;

    private const string Client =
        """

        Other fields are allowed here: they reach the participants' own trainers as they are. A name that is nearly one of the
        table's is taken for a slip and is a mistake.

        """;

    private const string Evaluation =
        """

        The built-in classifiers report `loss` and `accuracy`; up to 10 classes `recall.C` of each class C that the client has examples of; up to 5
        classes the confusion matrix as `confusion.LABEL.TOLD`, each cell a share of all examples; and for two classes `auc`, the area under the
        ROC curve. A round shows each metric's mean over the clients that report it, weighted by their examples: so loss, accuracy and confusion
        matrix are those of all test examples together, recalls and areas are means of the clients' own. Beside the means stand the worst, the
        median and the best client's value of each metric, every client counting once. The best version of a run is the one with the best mean of
        `stop.target.metric`, or the least `loss` where there is no target.

        A worker that only evaluates reports like any other. For one central figure on one test set, set `fraction` to 0 and let one such worker hold the set.

        """;

    /// <summary>The page.</summary>
    public static string Markdown()
    {
        var page = new StringBuilder(Head);
        foreach (var group in SpecFields.All.GroupBy(f => f.Group.Split('.')[0]))
        {
            page.Append($"\n## {(group.Key.Length == 0 ? "Top level" : $"`{group.Key}`")}\n\n");
            page.Append("| field | type | bounds | unit | default | meaning |\n|---|---|---|---|---|---|\n");
            foreach (var field in group)
            {
                page.Append(Row(field));
            }

            page.Append(group.Key switch { "model" => Model, "client" => Client, "evaluation" => Evaluation, _ => "" });
        }

        return page.ToString();
    }

    private static string Row(SpecField f)
    {
        var bounds = f.ZeroMeans.Length > 0 ? $"{f.Bounds} (0 = {f.ZeroMeans})" : f.Bounds;
        var fallback = f.Required ? "required" : f.Default is { } value ? $"`{value}`" : "none";
        return $"| `{f.Path}` | {TypeName(f.Type)} | {bounds} | {f.Unit} | {fallback} | {f.Doc} |\n";
    }

    private static string TypeName(SpecType type) => type switch { SpecType.Whole => "integer", SpecType.Number => "number", _ => "text" };
}
