using System.Security.Cryptography;
using FedLearn.Core.Proofs;

namespace FedLearn.Core.Tests.Proofs.Merkle;

/// <summary>RFC 9162, section 2.1, word by word: recursive, over slices of leaves.</summary>
internal static class NaiveMerkle
{
    public static byte[] Mth(byte[][] d) => d.Length switch
    {
        0 => SHA256.HashData([]),
        1 => SHA256.HashData([0, .. d[0]]),
        var n => SHA256.HashData([1, .. Mth(d[..K(n)]), .. Mth(d[K(n)..])]),
    };

    public static byte[][] Path(int m, byte[][] d)
    {
        if (d.Length == 1)
        {
            return [];
        }

        var k = K(d.Length);
        return m < k ? [.. Path(m, d[..k]), Mth(d[k..])] : [.. Path(m - k, d[k..]), Mth(d[..k])];
    }

    public static byte[][] Proof(int m, byte[][] d) => SubProof(m, d, true);

    public static Sha256Value[] Values(byte[][] hashes) => [.. hashes.Select(h => new Sha256Value(h))];

    private static byte[][] SubProof(int m, byte[][] d, bool b)
    {
        if (m == d.Length)
        {
            return b ? [] : [Mth(d)];
        }

        var k = K(d.Length);
        return m <= k ? [.. SubProof(m, d[..k], b), Mth(d[k..])] : [.. SubProof(m - k, d[k..], false), Mth(d[..k])];
    }

    private static int K(int n)
    {
        var k = 1;
        while (2 * k < n)
        {
            k *= 2;
        }

        return k;
    }
}
