using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FedLearn.Benchmarks.Update.Yardsticks;

/// <summary>How fast memory is read: each thread reads its part of a buffer far larger than any cache.</summary>
internal sealed class MemoryBandwidth : IDisposable
{
    private const long Size = 1L << 30;

    private readonly nint _buffer;

    public MemoryBandwidth()
    {
        unsafe
        {
            // Written once, so that every page is one of its own.
            _buffer = (nint)NativeMemory.AlignedAlloc((nuint)Size, 64);
            NativeMemory.Fill((void*)_buffer, (nuint)Size, 1);
        }
    }

    /// <summary>GB per second of one pass by so many threads.</summary>
    public async Task<double> MeasureAsync(int threads)
    {
        var part = Size / threads / 256 * 256;
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, threads).Select(i => Task.Factory.StartNew(
            () => Read(_buffer + (nint)(i * part), part), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        return threads * part / 1e9 / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public unsafe void Dispose() => NativeMemory.AlignedFree((void*)_buffer);

    /// <summary>Four sums at once, so that the loads and not the additions are what takes time.</summary>
    private static unsafe ulong Read(nint from, long length)
    {
        var at = (byte*)from;
        Vector512<ulong> a = default, b = default, c = default, d = default;
        for (var end = at + length; at < end; at += 256)
        {
            a += Vector512.Load((ulong*)at);
            b += Vector512.Load((ulong*)(at + 64));
            c += Vector512.Load((ulong*)(at + 128));
            d += Vector512.Load((ulong*)(at + 192));
        }

        return Vector512.Sum(a + b + c + d);
    }
}
