using FedLearn.Coordinator.Storage.Disks;
using FedLearn.Coordinator.Storage.Updates;

namespace FedLearn.Coordinator.Ingest.Uploads;

/// <summary>
/// A large update, each part written to a file of its own as it comes. Disposing keeps what is there, for a resume: a part that is
/// complete is closed before the next one begins, so that its list covers all of it.
/// </summary>
internal sealed class FileUpload : IUpload
{
    private readonly IDisk _disk;
    private readonly IReadOnlyList<PartFile> _parts;
    private int _current;

    /// <param name="disk">The disk.</param>
    /// <param name="parts">The parts' files, in order; all but the first incomplete one are complete before it and empty behind it.</param>
    public FileUpload(IDisk disk, IReadOnlyList<PartFile> parts)
    {
        (_disk, _parts, Length) = (disk, parts, parts.Sum(p => p.Length));
        GoOn();
    }

    public long Length { get; private set; }

    public string? Mistake { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var part = _parts[_current];
            var piece = _current == _parts.Count - 1 ? bytes : bytes[..(int)Math.Min(part.Room, bytes.Length)];
            part.Append(piece);
            bytes = bytes[piece.Length..];
            Length += piece.Length;
            Mistake ??= part.Mistake;
            GoOn();
        }
    }

    /// <summary>Syncs the bytes and says what they are.</summary>
    public IReadOnlyList<WholePart> Finish() => [.. _parts.Select(p => p.Finish())];

    /// <summary>Gives the files their final names, durably; the first part, whose name stands in the update's row, comes last.</summary>
    public ValueTask<SegmentPlace?> SealAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var part in _parts.Reverse())
            {
                part.Seal();
            }

            return new(new SegmentPlace(Path.GetFileName(_parts[0].FinalPath), 0));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new((SegmentPlace?)null);
        }
    }

    public void Discard()
    {
        foreach (var part in _parts)
        {
            part.Discard(_disk);
        }
    }

    public void Dispose()
    {
        foreach (var part in _parts)
        {
            part.Dispose();
        }
    }

    private void GoOn()
    {
        while (_current < _parts.Count - 1 && _parts[_current].Room == 0)
        {
            _parts[_current++].Finish();
        }
    }
}
