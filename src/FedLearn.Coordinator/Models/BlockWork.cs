using System.Runtime.ExceptionServices;

namespace FedLearn.Coordinator.Models;

/// <summary>Does the blocks of a vector on a bounded number of threads, of which the caller is one.</summary>
internal static class BlockWork
{
    /// <summary>Calls <paramref name="work"/> once for each block, each thread with buffers of its own; the first failure ends all.</summary>
    /// <param name="blocks">The number of blocks.</param>
    /// <param name="threads">The most threads, at least 1.</param>
    /// <param name="rent">Gives a thread its buffers.</param>
    /// <param name="work">Does one block.</param>
    /// <param name="cancellationToken">Ends the work between blocks.</param>
    public static void Run<TBuffers>(int blocks, int threads, Func<TBuffers> rent, Action<int, TBuffers> work, CancellationToken cancellationToken)
        where TBuffers : IDisposable
    {
        var next = -1;
        ExceptionDispatchInfo? failed = null;

        // Threads of their own: those of the pool serve callers, and a long aggregation must not keep them waiting.
        var others = Enumerable.Range(0, Math.Max(0, Math.Min(threads, blocks) - 1))
            .Select(_ => Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))
            .ToArray();
        Work();
        Task.WaitAll(others, CancellationToken.None);
        failed?.Throw();
        cancellationToken.ThrowIfCancellationRequested();

        void Work()
        {
            try
            {
                using var buffers = rent();
                while (failed is null && !cancellationToken.IsCancellationRequested && Interlocked.Increment(ref next) is var block && block < blocks)
                {
                    work(block, buffers);
                }
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failed, ExceptionDispatchInfo.Capture(e), null);
            }
        }
    }
}
