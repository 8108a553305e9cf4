namespace FedLearn.Core.Encodings;

/// <summary>The checks of an update's parts.</summary>
public static class PartNorms
{
    /// <summary>Fresh ones, in order.</summary>
    public static IReadOnlyList<EncodedNorm> Norms(this IEnumerable<PartShape> parts) =>
        [.. parts.Select(p => new EncodedNorm(p.Encoding, p.Elements, $"part '{p.Name}'"))];
}
