using System.Threading.Channels;
using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Coordinator.Storage.Vectors;

namespace FedLearn.Coordinator.Storage.Updates;

/// <summary>Where an appended update lies.</summary>
/// <param name="FileName">The segment's name in the round's folder.</param>
/// <param name="Offset">Its record's first byte: the entries of the parts' blocks, then the update's bytes.</param>
internal readonly record struct SegmentPlace(string FileName, long Offset);

/// <summary>
/// Makes small updates durable, many with one sync: one writer takes whatever waits, writes it in one piece to the segment of its round,
/// syncs, and lets all of them go on. A file per update would cost each its own syncs.
/// </summary>
/// <remarks>
/// A full disk fails the callers whose bytes it had no room for. A failed sync is an unknown outcome: its callers and all later ones get
/// <see cref="UnknownOutcomeException"/>, upon which the process ends.
/// </remarks>
internal sealed class UpdateSegments : IAsyncDisposable
{
    /// <summary>The most bytes of an update that goes this way: one block.</summary>
    public const int MaxUpdate = 1 << 20;

    private const int BufferSize = 4 << 20;
    private const int BatchBytes = 16 << 20;
    private const long SegmentSize = 256L << 20;

    private readonly Channel<Append> _queue = Channel.CreateUnbounded<Append>(new() { SingleReader = true });
    private readonly Dictionary<string, UpdateSegment> _open = new(StringComparer.Ordinal);
    private readonly List<Append> _batch = [];
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
    private readonly DataFolder _folder;
    private readonly Task _running;
    private UnknownOutcomeException? _unknown;

    public UpdateSegments(DataFolder folder)
    {
        _folder = folder;
        _running = Task.Run(RunAsync);
    }

    /// <summary>Appends an update and returns once its bytes are durable. They must not change before that.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="round">The round.</param>
    /// <param name="bytes">The update's parts, at most <see cref="MaxUpdate"/> bytes.</param>
    /// <param name="blocks">The check of each part, which lie with them.</param>
    /// <param name="cancellationToken">Heeded until the bytes are about to be written, not afterwards.</param>
    /// <exception cref="IOException">The disk is full (<see cref="DiskErrors.IsFull"/>).</exception>
    /// <exception cref="UnknownOutcomeException">A sync or write failed, now or before.</exception>
    public ValueTask<SegmentPlace> AppendAsync(string runId, int round, ReadOnlyMemory<byte> bytes, BlockEntry[] blocks, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, MaxUpdate);
        var append = new Append(runId, round, bytes, blocks, cancellationToken);
        return _queue.Writer.TryWrite(append)
            ? new ValueTask<SegmentPlace>(append.Task)
            : throw new ObjectDisposedException(nameof(UpdateSegments));
    }

    /// <summary>Lets go of a round's segment: its round is over, and its folder may be deleted.</summary>
    public void Release(string runId, int round) => _queue.Writer.TryWrite(Append.ReleaseOf(runId, round));

    /// <summary>Writes what waits, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _running.ConfigureAwait(false);
        foreach (var segment in _open.Values)
        {
            segment.Dispose();
        }

        _open.Clear();
    }

    private async Task RunAsync()
    {
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            TakeBatch();
            foreach (var ofRound in _batch.GroupBy(a => (a.RunId, a.Round)))
            {
                WriteRound(ofRound.Key.RunId, ofRound.Key.Round, [.. ofRound]);
            }
        }
    }

    private void TakeBatch()
    {
        _batch.Clear();
        for (var bytes = 0; bytes < BatchBytes && _queue.Reader.TryRead(out var append);)
        {
            if (append.IsRelease)
            {
                CloseSegment(append.RunId, append.Round);
            }
            else if (!append.TryCancel())
            {
                _batch.Add(append);
                bytes += append.Bytes.Length;
            }
        }
    }

    /// <summary>Writes the appends of one round, syncs once, and completes them.</summary>
    private void WriteRound(string runId, int round, List<Append> appends)
    {
        try
        {
            if (_unknown is { } earlier)
            {
                throw new UnknownOutcomeException(earlier.Message, earlier);
            }

            var segment = SegmentFor(runId, round);
            var written = WriteAll(segment, appends);
            if (written.Count > 0)
            {
                segment.Sync();
            }

            written.ForEach(a => a.Complete());
        }
        catch (Exception e)
        {
            _unknown ??= e as UnknownOutcomeException;
            appends.ForEach(a => a.Fail(e));
        }
    }

    /// <summary>Writes records, several in one piece; fails those that the disk had no room for and returns the others.</summary>
    private List<Append> WriteAll(UpdateSegment segment, List<Append> appends)
    {
        var written = new List<Append>(appends.Count);
        for (var next = 0; next < appends.Count;)
        {
            var (first, filled) = (next, 0);
            for (; next < appends.Count && filled + appends[next].RecordSize <= BufferSize; next++)
            {
                appends[next].Place = new SegmentPlace(segment.FileName, segment.Length + filled);
                appends[next].CopyTo(_buffer.AsSpan(filled));
                filled += appends[next].RecordSize;
            }

            var piece = appends.GetRange(first, next - first);
            try
            {
                segment.Write(_buffer.AsSpan(0, filled));
                written.AddRange(piece);
            }
            catch (IOException e) when (DiskErrors.IsFull(e))
            {
                piece.ForEach(a => a.Fail(e));
            }
        }

        return written;
    }

    private UpdateSegment SegmentFor(string runId, int round)
    {
        if (_open.TryGetValue(runId, out var segment) && segment.Round == round && segment.Length < SegmentSize)
        {
            return segment;
        }

        CloseSegment(runId, segment?.Round);
        return _open[runId] = UpdateSegment.Create(_folder, runId, round);
    }

    private void CloseSegment(string runId, int? round)
    {
        if (_open.TryGetValue(runId, out var segment) && segment.Round == round)
        {
            _open.Remove(runId);
            segment.Dispose();
        }
    }

    /// <summary>An update that waits for its place, or the wish to let go of a round's segment.</summary>
    private sealed class Append(string runId, int round, ReadOnlyMemory<byte> bytes, BlockEntry[] blocks, CancellationToken cancellationToken)
    {
        private readonly TaskCompletionSource<SegmentPlace> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string RunId { get; } = runId;

        public int Round { get; } = round;

        public ReadOnlyMemory<byte> Bytes { get; } = bytes;

        public bool IsRelease { get; private init; }

        public int RecordSize => (blocks.Length * BlockList.EntrySize) + Bytes.Length;

        public SegmentPlace Place { get; set; }

        public Task<SegmentPlace> Task => _done.Task;

        public static Append ReleaseOf(string runId, int round) => new(runId, round, default, [], default) { IsRelease = true };

        public bool TryCancel() => cancellationToken.IsCancellationRequested && _done.TrySetCanceled(cancellationToken);

        public void CopyTo(Span<byte> record)
        {
            foreach (var block in blocks)
            {
                BlockList.Write(record, block);
                record = record[BlockList.EntrySize..];
            }

            Bytes.Span.CopyTo(record);
        }

        public void Complete() => _done.TrySetResult(Place);

        public void Fail(Exception e) => _done.TrySetException(e);
    }
}
