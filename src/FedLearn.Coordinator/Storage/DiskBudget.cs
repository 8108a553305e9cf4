using FedLearn.Protocol;

namespace FedLearn.Coordinator.Storage;

/// <summary>
/// Refuses uploads before the disk is full: what is free, less what uploads under way will still write, stays above the reserve, and the
/// data folder below its quota. So there is room for rows and versions when everything else has stopped. Thread safe.
/// </summary>
internal sealed class DiskBudget(DataFolder folder, CoordinatorOptions options, TimeProvider time)
{
    /// <summary>Uploads below this take what was measured a moment ago: asking the system for each would cost more than they do.</summary>
    private const long SmallBytes = 2 << 20;
    private static readonly TimeSpan SmallMayUse = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private long _underWay;
    private long _free;
    private long _used;
    private long? _measured;

    /// <summary>Why there is no room for so many bytes, or null. Takes nothing.</summary>
    public Problem? WhyNot(long bytes)
    {
        lock (_gate)
        {
            Measure(bytes);
            var room = _free - _underWay - options.DiskReserveBytes;
            if (room < bytes)
            {
                return Problem.Exhausted($"the coordinator's disk has no room for {bytes} bytes: {_free} are free, uploads under way take {_underWay}, "
                    + $"{options.DiskReserveBytes} stay in reserve. Nothing was taken; tell its operator to free space or lower --disk-reserve-bytes, and try again later");
            }

            return options.DiskQuotaBytes > 0 && _used + _underWay + bytes > options.DiskQuotaBytes
                ? Problem.Exhausted($"the coordinator's data folder has no room for {bytes} bytes: it holds {_used}, uploads under way take {_underWay}, "
                    + $"its quota is {options.DiskQuotaBytes}. Nothing was taken; tell its operator to raise --disk-quota-bytes or lower --keep-versions, and try again later")
                : null;
        }
    }

    /// <summary>Takes room for the bytes of an upload until the lease ends; null where there is none, and the problem says why.</summary>
    public DiskLease? Take(long bytes, out Problem? problem)
    {
        lock (_gate)
        {
            problem = WhyNot(bytes);
            if (problem is not null)
            {
                return null;
            }

            _underWay += bytes;
            return new DiskLease(bytes, GiveBack);
        }
    }

    private void GiveBack(long bytes)
    {
        lock (_gate)
        {
            _underWay -= bytes;
        }
    }

    private void Measure(long bytes)
    {
        if (bytes < SmallBytes && _measured is { } at && time.GetElapsedTime(at) < SmallMayUse)
        {
            return;
        }

        _free = folder.Disk.FreeBytes(folder.Root);
        _used = options.DiskQuotaBytes > 0 ? folder.Disk.BytesBelow(folder.Root) - folder.Disk.BytesBelow(folder.Federations) : 0; // Theirs have quotas of their own.
        _measured = time.GetTimestamp();
    }
}

/// <summary>Room on the disk for an upload under way. What is written already is the disk's to count.</summary>
internal sealed class DiskLease(long bytes, Action<long> giveBack) : IDisposable
{
    private const long Step = 16 << 20;

    private long _left = bytes;
    private long _written;

    /// <summary>Counts bytes that were written, and gives their room back in steps.</summary>
    public void Written(long count)
    {
        _written += count;
        if (_written >= Step)
        {
            Return(_written);
            _written = 0;
        }
    }

    public void Dispose() => Return(_left);

    private void Return(long count)
    {
        count = Math.Min(count, _left);
        _left -= count;
        giveBack(count);
    }
}
