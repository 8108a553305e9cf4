namespace FedLearn.Core.Specs;

/// <summary>What must hold between <c>client.localTensors</c> and the model.</summary>
internal static class LocalTensorRules
{
    private const string Path = "client.localTensors";

    public static void Check(RunSpec spec, SpecReader reader)
    {
        if (spec.Client.LocalTensors is not { } patterns || ReferenceEquals(spec.Model.Manifest, RunSpecParser.Empty.Model.Manifest))
        {
            return;
        }

        var names = spec.Model.Manifest.Tensors.Select(t => t.Name).ToList();
        var parts = NamePatterns.Split(patterns);
        foreach (var pattern in parts.Where(p => !names.Any(n => NamePatterns.Matches(p, n))))
        {
            reader.Add(Path, $"'{pattern}' fits no tensor of the model; its tensors are {string.Join(", ", names.Take(20))}{(names.Count > 20 ? ", ..." : "")}");
        }

        if (names.All(n => parts.Any(p => NamePatterns.Matches(p, n))))
        {
            reader.Add(Path, "fits every tensor of the model, so that nothing would be learned together; leave at least one out");
        }
    }
}
