using System.Text;
using FedLearn.Core.Models;
using FedLearn.Core.Specs;
using FedLearn.Training.Data;

namespace FedLearn.Proofs.Fuzz.Targets;

/// <summary>What people and other programs write: specs, schemas, safetensors.</summary>
internal static class DocumentTargets
{
    /// <summary>Five columns with all that a table may have.</summary>
    public static TableSchema Table { get; } = (TableSchema)DataSchema.Parse("""
        {
          "kind": "table", "delimiter": ",", "header": false, "missing": "drop", "scaling": "site-standardise",
          "columns": [
            { "name": "age", "type": "numeric" },
            { "name": "cp", "type": "categorical", "levels": [1, 2, 3, 4], "dropFirst": true },
            { "name": "chol", "type": "numeric" },
            { "name": "thal", "type": "ignore" },
            { "name": "num", "type": "label", "positive": ">0" }
          ]
        }
        """u8);

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("spec", [.. PowerLoss.Federation.Script.Specs.Values.Select(Encoding.UTF8.GetBytes), Encoding.UTF8.GetBytes(RunSpecWriter.Write(RunSpecParser.Parse(PowerLoss.Federation.Script.Specs["small"]).Spec!))], ReadSpec),
        new("schema", [ImageSchema.Digits.Canonical.ToArray(), Table.Canonical.ToArray(), new TextSchema("abc", 4).Canonical.ToArray()],
            bytes => Outcome.Catching<InvalidDataException>(() => DataSchema.Parse(bytes))),
        new("safetensors", [Safetensor()], ReadSafetensors),
    ];

    /// <summary>A spec that is taken is written and read as the same.</summary>
    private static string ReadSpec(byte[] bytes)
    {
        var result = RunSpecParser.Parse(bytes);
        if (result.Spec is not { } spec)
        {
            return Outcome.Of(result.MistakesText.Split('\n')[0]);
        }

        var written = RunSpecWriter.Write(spec);
        return RunSpecParser.Parse(written).Spec is { } again && RunSpecWriter.Write(again) == written
            ? Outcome.Taken
            : throw new InvalidOperationException("a spec that was taken is not read back as it was written");
    }

    private static byte[] Safetensor()
    {
        var manifest = RunSpecParser.Parse(PowerLoss.Federation.Script.Specs["small"]).Spec!.Model.Manifest;
        return [.. Safetensors.WriteHeader(manifest, new Dictionary<string, string> { ["a"] = "b" }), .. new byte[manifest.ByteLength]];
    }

    private static string ReadSafetensors(byte[] bytes)
    {
        var (length, problem) = Safetensors.ReadPrefix(bytes, bytes.Length);
        if (problem is not null)
        {
            return Outcome.Of(problem);
        }

        var data = bytes.Length - Safetensors.PrefixLength - length;
        var (layout, mistake) = Safetensors.ParseHeader(bytes.AsMemory(Safetensors.PrefixLength, length), data);
        if (layout is null)
        {
            return Outcome.Of(mistake!);
        }

        var manifest = RunSpecParser.Parse(PowerLoss.Federation.Script.Specs["small"]).Spec!.Model.Manifest;
        var placed = layout.Place(manifest);
        if (placed.Problem is null && placed.Placements.Any(p => p.FileOffset < 0 || p.Length < 0 || p.FileOffset + p.Length > data || p.VectorOffset + p.Length > manifest.ByteLength))
        {
            throw new InvalidOperationException("a tensor lies outside its file");
        }

        return Outcome.Of(placed.Problem ?? Outcome.Taken);
    }
}
