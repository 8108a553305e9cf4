using System.Text.Json.Nodes;
using FedLearn.Training.Data.Digits;

namespace FedLearn.Cli.Demo;

/// <summary>Generated digits: each worker has its own hand and writes mostly three of the ten digits.</summary>
internal sealed class DigitsDemoData(DemoOptions options) : IDemoData
{
    private const int Records = 1000;
    private const double TestFraction = 0.2;
    private const double CommonWeight = 1;
    private const double RareWeight = 0.03;

    public string Title => $"generated digits, {Records} a worker, each in a hand of its own and mostly three of the ten digits";

    public IReadOnlyList<string> Participants { get; } = [.. Enumerable.Range(1, options.Workers ?? 5).Select(i => $"worker-{i}")];

    public void Import(DemoParticipant participant)
    {
        var writer = Participants.ToList().IndexOf(participant.Id);
        using var source = new DigitsRecordSource(new DigitsOptions { Seed = options.Seed, Writer = writer, Count = Records, LabelWeights = Weights(writer) });
        participant.Import(source, TestFraction, options.Seed);
    }

    public JsonObject Spec() => new()
    {
        ["model"] = new JsonObject { ["kind"] = "mlp", ["inputs"] = 784, ["hidden"] = new JsonArray(64), ["classes"] = 10 },
        ["stop"] = new JsonObject { ["rounds"] = options.Rounds ?? 25 },
        ["client"] = new JsonObject { ["epochs"] = 2, ["batchSize"] = 20, ["learningRate"] = 0.1 },
    };

    /// <summary>Three neighbouring digits, beginning two further for each next worker, so that five workers cover all ten.</summary>
    private static double[] Weights(int writer) =>
        [.. Enumerable.Range(0, 10).Select(digit => (digit - (2 * writer) % 10 + 10) % 10 < 3 ? CommonWeight : RareWeight)];
}
