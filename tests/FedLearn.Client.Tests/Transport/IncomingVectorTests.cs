using System.Buffers;
using System.Runtime.InteropServices;
using FedLearn.Client.Transport;
using FedLearn.Core.Models;
using FedLearn.Core.Proofs;

namespace FedLearn.Client.Tests.Transport;

public sealed class IncomingVectorTests
{
    private static readonly byte[] s_bytes = RandomBytes(3_000_004);

    [Fact]
    public async Task Vector_FilledInOddPiecesByBothWays_HasItsBytesAndItsDigest()
    {
        using var vector = NewVector();
        for (var piece = 1; vector.Received < vector.Length; piece = (piece * 7) % 400_009)
        {
            var at = (int)vector.Received;
            var length = (int)Math.Min(piece, vector.Length - at);
            if (piece % 2 == 0)
            {
                Assert.True(vector.TryTake(at, new ReadOnlySequence<byte>(s_bytes.AsMemory(at, length))));
            }
            else
            {
                var free = vector.Free();
                length = Math.Min(length, free.Length);
                s_bytes.AsMemory(at, length).CopyTo(free);
                vector.Advance(length);
            }
        }

        Assert.Equal(BlockDigest.Of(s_bytes), await vector.FinishAsync());
        Assert.True(MemoryMarshal.AsBytes(vector.ToVector().AsSpan()).SequenceEqual(s_bytes));
    }

    [Fact]
    public void Bytes_WithAGapOrTooMany_AreNotTaken()
    {
        using var vector = NewVector();

        Assert.False(vector.TryTake(1, new ReadOnlySequence<byte>(s_bytes.AsMemory(0, 10))));
        Assert.False(vector.TryTake(0, new ReadOnlySequence<byte>(new byte[s_bytes.Length + 1])));
        Assert.Equal(0, vector.Received);
    }

    private static IncomingVector NewVector() => new(new ModelManifest([new TensorSpec("w", InitRule.Zeros, s_bytes.Length / 4)]));

    private static byte[] RandomBytes(int length)
    {
        var bytes = new byte[length];
        new Random(5).NextBytes(bytes);
        return bytes;
    }
}
