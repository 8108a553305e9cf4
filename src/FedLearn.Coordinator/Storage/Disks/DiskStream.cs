namespace FedLearn.Coordinator.Storage.Disks;

/// <summary>A temporary file of a disk as a stream, which is deleted with it.</summary>
internal sealed class DiskStream(IDisk disk, string path) : Stream
{
    private readonly IDiskFile _file = disk.OpenWrite(path);

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => _file.Length;

    public override long Position { get; set; }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var read = _file.Read(buffer, Position);
        Position += read;
        return read;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _file.Write(buffer, Position);
        Position += buffer.Length;
    }

    public override void Flush()
    {
        // Nobody reads it elsewhere.
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    public override void SetLength(long value) => _file.SetLength(value);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
            disk.DeleteFile(path);
        }

        base.Dispose(disposing);
    }
}
