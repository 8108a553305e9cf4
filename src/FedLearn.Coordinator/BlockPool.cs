using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace FedLearn.Coordinator;

/// <summary>Gives the server's connections blocks of 64 KiB to receive into and to send from; the server's own are of 4 KiB, its first brake.</summary>
internal sealed class BlockPoolFactory : IMemoryPoolFactory<byte>
{
    /// <inheritdoc/>
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new BlockPool();
}

/// <summary>A pool of pinned blocks of one size. It keeps up to 32 MiB of free ones; those beyond are the garbage collector's.</summary>
internal sealed class BlockPool : MemoryPool<byte>
{
    /// <summary>Bytes of a block.</summary>
    public const int BlockSize = 64 << 10;

    private const int MostFree = (32 << 20) / BlockSize;

    private readonly ConcurrentQueue<Block> _free = new();
    private int _freeCount;

    /// <inheritdoc/>
    public override int MaxBufferSize => BlockSize;

    /// <inheritdoc/>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
        if (!_free.TryDequeue(out var block))
        {
            return new Block(this);
        }

        Interlocked.Decrement(ref _freeCount);
        block.Take();
        return block;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _free.Clear();

    private void Return(Block block)
    {
        if (Interlocked.Increment(ref _freeCount) <= MostFree)
        {
            _free.Enqueue(block);
        }
        else
        {
            Interlocked.Decrement(ref _freeCount);
        }
    }

    private sealed class Block(BlockPool pool) : IMemoryOwner<byte>
    {
        private readonly Memory<byte> _memory = GC.AllocateUninitializedArray<byte>(BlockSize, pinned: true);
        private int _taken = 1;

        public Memory<byte> Memory => _memory;

        public void Take() => _taken = 1;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _taken, 0) == 1)
            {
                pool.Return(this);
            }
        }
    }
}
