using System.Text.Json.Nodes;
using FedLearn.Training.Data;
using FedLearn.Training.Partitioning;

namespace FedLearn.Cli.Demo;

/// <summary>MNIST from its four files: two shards of sorted labels a worker, as in McMahan et al. 2017; a part of each, to be quick.</summary>
internal sealed class MnistDemoData : IDemoData
{
    private const int MaxRecords = 2000;
    private const double TestFraction = 0.2;

    private readonly DemoOptions _options;
    private readonly string _images;
    private readonly string _labels;
    private readonly IReadOnlyList<int[]> _parts;

    public MnistDemoData(DemoOptions options, string folder)
    {
        _options = options;
        (_images, _labels) = (Find(folder, "train-images-idx3-ubyte"), Find(folder, "train-labels-idx1-ubyte"));
        Participants = [.. Enumerable.Range(1, options.Workers ?? 5).Select(i => $"worker-{i}")];
        _parts = new LabelShardsPartitioner().Split(ReadLabels(), Participants.Count, options.Seed);
    }

    public string Title => $"MNIST, at most {MaxRecords} examples a worker from two shards by label";

    public IReadOnlyList<string> Participants { get; }

    public void Import(DemoParticipant participant)
    {
        var part = _parts[Participants.ToList().IndexOf(participant.Id)];
        var stride = (part.Length + MaxRecords - 1) / MaxRecords;
        using var source = RecordSources.Subset(new IdxRecordSource(_images, _labels), part.Where((_, i) => i % stride == 0));
        participant.Import(source, TestFraction, _options.Seed);
    }

    public JsonObject Spec() => new()
    {
        ["model"] = new JsonObject { ["kind"] = "mlp", ["inputs"] = 784, ["hidden"] = new JsonArray(100), ["classes"] = 10 },
        ["stop"] = new JsonObject { ["rounds"] = _options.Rounds ?? 30 },
        ["client"] = new JsonObject { ["epochs"] = 1, ["batchSize"] = 10, ["learningRate"] = 0.05 },
    };

    private static string Find(string folder, string name)
    {
        var plain = Path.Combine(folder, name);
        return File.Exists(plain) ? plain : $"{plain}.gz";
    }

    private int[] ReadLabels()
    {
        using var source = new IdxRecordSource(_images, _labels);
        var labels = new int[source.Count];
        var record = new byte[source.RecordLength];
        for (var i = 0; source.TryRead(record); i++)
        {
            labels[i] = record[0];
        }

        return labels;
    }
}
