using System.Collections.Immutable;

namespace FedLearn.Core.Models;

/// <summary>A tensor of a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Begin">Its first byte, from the start of the data section.</param>
/// <param name="End">The byte after its last one.</param>
public sealed record SafetensorsEntry(string Name, ImmutableArray<long> Shape, long Begin, long End);

/// <summary>Where a tensor's bytes lie in a file's data section and where they belong in the model's vector.</summary>
/// <param name="FileOffset">The first byte, from the start of the data section.</param>
/// <param name="VectorOffset">The first byte, from the start of the vector.</param>
/// <param name="Length">The number of bytes.</param>
public readonly record struct TensorPlacement(long FileOffset, long VectorOffset, long Length);

/// <summary>The checked header of a safetensors file: its tensors cover the data section without gap or overlap.</summary>
/// <param name="Entries">The tensors in the order of their bytes.</param>
/// <param name="Metadata">The header's <c>__metadata__</c>: text by name.</param>
/// <param name="DataLength">The length of the data section in bytes.</param>
public sealed record SafetensorsLayout(
    ImmutableArray<SafetensorsEntry> Entries, ImmutableDictionary<string, string> Metadata, long DataLength)
{
    /// <summary>
    /// Where each tensor of a manifest lies, in manifest order (the placements' vector offsets ascend without gap). The file must hold
    /// exactly the manifest's tensors, in any order.
    /// </summary>
    public PlacementResult Place(ModelManifest manifest)
    {
        var byName = Entries.ToDictionary(e => e.Name, StringComparer.Ordinal);
        var placements = ImmutableArray.CreateBuilder<TensorPlacement>(manifest.Tensors.Length);
        for (var i = 0; i < manifest.Tensors.Length; i++)
        {
            var tensor = manifest.Tensors[i];
            if (!byName.Remove(tensor.Name, out var entry))
            {
                return new([], $"the file has no tensor '{tensor.Name}', which the model needs with shape [{string.Join(", ", tensor.Shape)}]");
            }

            if (!entry.Shape.SequenceEqual(tensor.Shape))
            {
                return new([], $"tensor '{tensor.Name}': the model has shape [{string.Join(", ", tensor.Shape)}], the file [{string.Join(", ", entry.Shape)}]");
            }

            placements.Add(new(entry.Begin, manifest.StartOf(i) * ModelManifest.ElementSize, entry.End - entry.Begin));
        }

        return byName.Count == 0
            ? new(placements.MoveToImmutable(), null)
            : new([], $"the file has a tensor '{byName.Keys.Min(StringComparer.Ordinal)}' that the model does not have");
    }
}

/// <summary>What reading a safetensors header gave.</summary>
/// <param name="Layout">The layout, or null where there is a problem.</param>
/// <param name="Problem">What is wrong with the file, for a person; null where nothing is.</param>
public sealed record SafetensorsResult(SafetensorsLayout? Layout, string? Problem);

/// <summary>What matching a file to a manifest gave.</summary>
/// <param name="Placements">One per tensor, in manifest order; empty where there is a problem.</param>
/// <param name="Problem">How the file differs from the model, for a person; null where it does not.</param>
public sealed record PlacementResult(ImmutableArray<TensorPlacement> Placements, string? Problem);
