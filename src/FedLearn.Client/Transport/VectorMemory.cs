using System.Buffers;
using System.Runtime.InteropServices;

namespace FedLearn.Client.Transport;

/// <summary>Places in a float vector as memory that a socket can read into. A window of it moves along, since memory of bytes ends at 2 GB.</summary>
internal sealed class VectorMemory(float[] vector)
{
    /// <summary>Bytes of a window: 1 GiB.</summary>
    private const int WindowBytes = 1 << 30;

    private Memory<byte> _window;
    private long _windowStart = -1;

    /// <summary>The bytes [offset, offset + length) of the vector, or fewer where a window ends.</summary>
    public Memory<byte> Slice(long offset, int length)
    {
        var first = offset / WindowBytes * WindowBytes;
        if (_windowStart != first)
        {
            (_windowStart, _window) = (first, new Window(vector, first, (int)Math.Min(WindowBytes, ((long)vector.Length * sizeof(float)) - first)).Memory);
        }

        var within = (int)(offset - first);
        return _window.Slice(within, Math.Min(length, _window.Length - within));
    }

    private sealed class Window(float[] vector, long firstByte, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => FloatBytes.Slice(vector, firstByte, length);

        public override unsafe MemoryHandle Pin(int elementIndex = 0)
        {
            var pinned = GCHandle.Alloc(vector, GCHandleType.Pinned);
            return new MemoryHandle((byte*)pinned.AddrOfPinnedObject() + firstByte + elementIndex, pinned, this);
        }

        public override void Unpin()
        {
            // The handle frees the pin by itself.
        }

        protected override void Dispose(bool disposing)
        {
            // The vector is the collector's.
        }
    }
}
