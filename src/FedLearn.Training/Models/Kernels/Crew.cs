namespace FedLearn.Training.Models.Kernels;

/// <summary>
/// Does work with the caller's thread and helpers from the thread pool. The caller takes pieces too and never waits for a helper that has
/// not begun, so a machine without a free core costs nothing but the help; and it allocates nothing per piece of work.
/// </summary>
/// <remarks>
/// One word holds the section's number, its count of pieces and the next piece; a piece is claimed by exchanging the word. A helper that
/// wakes up late finds either no piece left or those of a later section, and helps there. The work itself is replaced only after all pieces
/// of the section before are done, so who has claimed a piece holds the work that belongs to it.
/// </remarks>
internal sealed class Crew : IThreadPoolWorkItem
{
    /// <summary>The most pieces of one section.</summary>
    public const int MaximumPieces = Field;

    private const int Field = (1 << 20) - 1;

    private readonly int _helpers;
    private IPieces? _work;
    private long _section;
    private long _word;
    private int _done;

    /// <param name="threads">How many threads work at most, the caller's included; at least 1.</param>
    public Crew(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        _helpers = threads - 1;
    }

    /// <summary>How many threads work at most.</summary>
    public int Threads => _helpers + 1;

    /// <summary>Does all pieces of the work and returns once they are done. One section at a time.</summary>
    public void Run(IPieces work, int pieces)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pieces, MaximumPieces);
        if (_helpers == 0 || pieces <= 1)
        {
            for (var piece = 0; piece < pieces; piece++)
            {
                work.Do(piece);
            }

            return;
        }

        (_work, _done) = (work, 0);
        _section++;
        Volatile.Write(ref _word, (_section << 40) | ((long)pieces << 20));
        for (var i = 0; i < Math.Min(_helpers, pieces - 1); i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        Help();
        var spin = default(SpinWait);
        while (Volatile.Read(ref _done) < pieces)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    void IThreadPoolWorkItem.Execute() => Help();

    private void Help()
    {
        while (true)
        {
            var word = Volatile.Read(ref _word);
            var piece = (int)(word & Field);
            if (piece >= (int)((word >> 20) & Field))
            {
                return;
            }

            var work = Volatile.Read(ref _work)!;
            if (Interlocked.CompareExchange(ref _word, word + 1, word) == word)
            {
                work.Do(piece);
                Interlocked.Increment(ref _done);
            }
        }
    }
}
