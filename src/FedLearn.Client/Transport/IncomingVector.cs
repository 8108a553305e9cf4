using System.Buffers;
using FedLearn.Core.Models;
using FedLearn.Core.Proofs;

namespace FedLearn.Client.Transport;

/// <summary>
/// A version's vector while it comes in, over whichever road: bytes go in order to their final place, and another thread computes the
/// digest behind them, since SHA-256 alone is about as fast as the network. One writer.
/// </summary>
internal sealed class IncomingVector : IDisposable
{
    /// <summary>The most bytes that one read may bring: 1 MiB.</summary>
    private const int MostAtOnce = 1 << 20;

    private readonly float[] _vector;
    private readonly VectorMemory _memory;
    private readonly BlockDigest _digest = new();
    private Task _hashing = Task.CompletedTask;
    private long _handedOver;

    /// <exception cref="InvalidDataException">The model is too large for one vector.</exception>
    public IncomingVector(ModelManifest manifest)
    {
        _vector = manifest.ElementCount <= Array.MaxLength
            ? GC.AllocateUninitializedArray<float>((int)manifest.ElementCount)
            : throw new InvalidDataException(
                $"a model of {manifest.ElementCount} parameters does not fit: this client holds at most {Array.MaxLength}");
        _memory = new VectorMemory(_vector);
        Length = manifest.ByteLength;
    }

    /// <summary>The whole vector in bytes.</summary>
    public long Length { get; }

    /// <summary>The bytes that are in.</summary>
    public long Received { get; private set; }

    /// <summary>The place of the next bytes, at most 1 MiB of it; <see cref="Advance"/> says how much was filled.</summary>
    public Memory<byte> Free() => _memory.Slice(Received, (int)Math.Min(MostAtOnce, Length - Received));

    /// <summary>The next bytes were put where <see cref="Free"/> said.</summary>
    public void Advance(int count)
    {
        Received += count;
        if (Received - _handedOver >= MostAtOnce && _hashing.IsCompleted)
        {
            var (from, to) = (_handedOver, _handedOver = Received);
            _hashing = Task.Run(() => Hash(from, to));
        }
    }

    /// <summary>Takes bytes that lie elsewhere.</summary>
    /// <returns>False where they are not the next ones, or too many: nothing was taken.</returns>
    public bool TryTake(long offset, in ReadOnlySequence<byte> bytes)
    {
        if (offset != Received || bytes.Length > Length - offset)
        {
            return false;
        }

        var length = (int)bytes.Length;
        bytes.CopyTo(FloatBytes.Slice(_vector, offset, length));
        Advance(length);
        return true;
    }

    /// <summary>The digest of the whole vector, 32 bytes.</summary>
    public async Task<byte[]> FinishAsync()
    {
        await _hashing.ConfigureAwait(false);
        Hash(_handedOver, Received);
        _handedOver = Received;
        return _digest.Finish();
    }

    /// <summary>The vector itself, once the digest is what it must be.</summary>
    public float[] ToVector() => _vector;

    public void Dispose() => _ = _hashing.ContinueWith((_, digest) => ((BlockDigest)digest!).Dispose(), _digest, TaskScheduler.Default);

    private void Hash(long from, long to)
    {
        while (from < to)
        {
            var length = (int)Math.Min(MostAtOnce, to - from);
            _digest.Append(FloatBytes.Slice(_vector, from, length));
            from += length;
        }
    }
}
