using System.Collections.Immutable;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Models;

/// <summary>
/// The tensors of a model that stay with each client (FedBN: Li et al. 2021; FedPer: Arivazhagan et al. 2019): a client trains them with the
/// others, keeps its own values from round to round, and sends a delta of zero for them. The vector keeps the manifest's shape.
/// </summary>
public sealed class LocalTensors
{
    private readonly ImmutableArray<(int Start, int Length)> _places;

    private LocalTensors(IEnumerable<(int Start, int Length)> places)
    {
        _places = [.. places];
        Length = _places.Sum(p => p.Length);
    }

    /// <summary>How many values they have together; 0 where no tensor stays local.</summary>
    public int Length { get; }

    /// <summary>Whether there are any.</summary>
    public bool Any => Length > 0;

    /// <summary>The tensors that one of the patterns names.</summary>
    /// <param name="patterns">Patterns between commas; null for none.</param>
    /// <param name="manifest">The model, of at most 2^31 parameters where a tensor stays local.</param>
    public static LocalTensors Of(string? patterns, ModelManifest manifest) => patterns is null
        ? new([])
        : new(manifest.Tensors.Index().Where(t => NamePatterns.MatchesAny(patterns, t.Item.Name)).Select(t => (checked((int)manifest.StartOf(t.Index)), checked((int)t.Item.ElementCount))));

    /// <summary>Copies their values from one vector of the model to another; all else stays.</summary>
    public void Copy(ReadOnlySpan<float> from, Span<float> to)
    {
        foreach (var (start, length) in _places)
        {
            from.Slice(start, length).CopyTo(to[start..]);
        }
    }

    /// <summary>Their values alone, one after the other.</summary>
    public float[] Pack(ReadOnlySpan<float> vector)
    {
        var (packed, at) = (new float[Length], 0);
        foreach (var (start, length) in _places)
        {
            vector.Slice(start, length).CopyTo(packed.AsSpan(at));
            at += length;
        }

        return packed;
    }

    /// <summary>A copy of a vector of the model with these values of theirs, as <see cref="Pack"/> gave them.</summary>
    public float[] With(ReadOnlySpan<float> vector, ReadOnlySpan<float> packed)
    {
        var own = vector.ToArray();
        foreach (var (start, length) in _places)
        {
            packed[..length].CopyTo(own.AsSpan(start));
            packed = packed[length..];
        }

        return own;
    }
}
