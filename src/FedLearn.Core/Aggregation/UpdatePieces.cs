namespace FedLearn.Core.Aggregation;

/// <summary>How blocks of updates are cut into pieces, so that the pieces which are looked at side by side fit a processor's cache together.</summary>
public static class UpdatePieces
{
    /// <summary>Values of a block: 1 MiB, the block of digests and files. Sums over a vector are cut here too, so that memory and disk give the same bits.</summary>
    public const int Block = Proofs.BlockDigest.BlockSize / sizeof(float);

    /// <summary>Every piece but a block's last one is a multiple of this many values long: a measure that sums stripe by stripe does not depend on the pieces.</summary>
    public const int Stripe = 1024;

    /// <summary>The most updates that a rule looks at side by side: 40 MB of stripes for each thread.</summary>
    public const int MostPlaces = 10_000;

    /// <summary>Values of all places together, where that leaves each a stripe: a few pieces lie in a processor's own cache together.</summary>
    private const int AllPlaces = Block;

    private const int Longest = 32 * Stripe;

    /// <summary>Values of a piece where this many updates are looked at side by side.</summary>
    public static int LengthFor(int places) => Math.Clamp(AllPlaces / Math.Max(1, places) / Stripe * Stripe, Stripe, Longest);
}
