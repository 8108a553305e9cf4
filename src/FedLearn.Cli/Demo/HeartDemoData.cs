using System.Text.Json.Nodes;
using FedLearn.Training.Data;

namespace FedLearn.Cli.Demo;

/// <summary>Four hospitals' heart-disease data: logistic regression, full batch, each site standardised by itself (FLamby's split).</summary>
internal sealed class HeartDemoData(DemoOptions options, string folder) : IDemoData
{
    private const string SchemaResource = "heart-disease.schema.json";

    private readonly TableSchema _schema = ReadSchema();

    public string Title => "heart disease, four hospitals, each standardised by itself";

    public IReadOnlyList<string> Participants => HeartDisease.Sites;

    public void Import(DemoParticipant participant)
    {
        using var train = HeartDisease.Open(folder, participant.Id, _schema, test: false);
        using var test = HeartDisease.Open(folder, participant.Id, _schema, test: true);
        participant.Import(train, test);
    }

    public JsonObject Spec() => new()
    {
        ["model"] = new JsonObject { ["kind"] = "logistic", ["inputs"] = _schema.FeatureCount },
        ["stop"] = new JsonObject { ["rounds"] = options.Rounds ?? 60 },
        ["client"] = new JsonObject { ["epochs"] = 1, ["batchSize"] = 0, ["learningRate"] = 0.5 },
        ["dataSchema"] = _schema.Digest,
    };

    private static TableSchema ReadSchema()
    {
        using var resource = typeof(HeartDemoData).Assembly.GetManifestResourceStream(SchemaResource)
            ?? throw new InvalidOperationException($"the program was built without {SchemaResource}");
        using var bytes = new MemoryStream();
        resource.CopyTo(bytes);
        return (TableSchema)DataSchema.Parse(bytes.ToArray());
    }
}
