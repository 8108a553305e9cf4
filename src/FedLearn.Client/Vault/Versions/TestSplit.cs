using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace FedLearn.Client.Vault.Versions;

/// <summary>
/// Draws the test part: a record is in it where the first 64 bits of HMAC-SHA256(key, index), read as a fraction of 2^64, fall below
/// the test fraction. The key comes from the seed, the index counts the records of one import from 0. So a split depends on neither the
/// number of records nor their content, and a larger fraction takes in a smaller one's records.
/// </summary>
internal sealed class TestSplit
{
    private readonly double _fraction;
    private readonly byte[] _key;

    public TestSplit(double fraction, long seed)
    {
        if (fraction is not (>= 0 and < 1))
        {
            throw new VaultException($"a test fraction from 0 to below 1 is expected, not {fraction}");
        }

        _fraction = fraction;
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, seed);
        _key = HMACSHA256.HashData(Encoding.ASCII.GetBytes("fedlearn test split"), bytes);
    }

    public DataPart PartOf(long index)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, index);
        HMACSHA256.HashData(_key, bytes, hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash) / Math.Pow(2, 64) < _fraction ? DataPart.Test : DataPart.Train;
    }
}
