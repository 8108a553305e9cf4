using System.Globalization;
using FedLearn.Coordinator.Storage.Disks;

namespace FedLearn.Coordinator.Storage.Updates;

/// <summary>One file of a round that this process appends to. Not thread safe.</summary>
internal sealed class UpdateSegment : IDisposable
{
    private static readonly byte[] s_zeros = new byte[64 << 10];

    private readonly IDiskFile _file;

    private UpdateSegment(int round, string fileName, IDiskFile file) => (Round, FileName, _file) = (round, fileName, file);

    public int Round { get; }

    public string FileName { get; }

    /// <summary>The bytes that count; what a failed write may have left behind them is overwritten.</summary>
    public long Length { get; private set; }

    /// <summary>Makes the next file of a round. A process never appends to what an earlier one wrote.</summary>
    public static UpdateSegment Create(DataFolder folder, string runId, int round)
    {
        var path = folder.RoundOf(runId, round);
        folder.Folders.Make(path);
        var last = folder.Disk.FilesIn(path).Select(p => NumberOf(Path.GetFileName(p))).DefaultIfEmpty().Max();
        var name = $"{UpdatePlace.SegmentPrefix}{last + 1:D3}";
        var file = folder.Disk.OpenWrite(Path.Combine(path, name));
        try
        {
            folder.Disk.SyncFolder(path);
            return new UpdateSegment(round, name, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Writes what a buffer holds after the last record.</summary>
    public void Write(ReadOnlySpan<byte> records)
    {
        _file.Write(records, Length);
        Length += records.Length;
    }

    /// <summary>
    /// Makes what was written durable. Where the disk writes in units, the last one is filled up first: the next record would otherwise have to
    /// write this one again.
    /// </summary>
    public void Sync()
    {
        if (Length % _file.Unit is not 0 and var filled)
        {
            Write(s_zeros.AsSpan(0, _file.Unit - (int)filled));
        }

        _file.Sync();
    }

    public void Dispose() => _file.Dispose();

    private static int NumberOf(string fileName) =>
        UpdatePlace.IsSegment(fileName) && int.TryParse(fileName.AsSpan(UpdatePlace.SegmentPrefix.Length), CultureInfo.InvariantCulture, out var number) ? number : 0;
}
