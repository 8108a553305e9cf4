namespace FedLearn.Coordinator.Ingest;

/// <summary>The right to write an upload. Disposing gives it back.</summary>
internal sealed class UploadHold : IDisposable
{
    private readonly Slot _slot;
    private readonly CancellationTokenSource _interrupt;

    private UploadHold(Slot slot, CancellationTokenSource interrupt) => (_slot, _interrupt) = (slot, interrupt);

    /// <summary>Cancelled when a newer connection wants to go on.</summary>
    public CancellationToken Interrupted => _interrupt.Token;

    public static async Task<UploadHold> TakeAsync(Slot slot, CancellationToken cancellationToken)
    {
        var mine = new CancellationTokenSource();
        var older = Interlocked.Exchange(ref slot.Newest, mine);
        if (older is not null)
        {
            await older.CancelAsync().ConfigureAwait(false);
        }

        await slot.Free.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new UploadHold(slot, mine);
    }

    public void Dispose() => _slot.Free.Release();

    /// <summary>An upload's place among its connections.</summary>
    internal sealed class Slot : IDisposable
    {
        public readonly SemaphoreSlim Free = new(1);
        public CancellationTokenSource? Newest;

        public void Dispose()
        {
            Free.Dispose();
            Newest?.Dispose();
        }
    }
}
