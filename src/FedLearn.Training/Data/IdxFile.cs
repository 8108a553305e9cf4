using System.Buffers.Binary;
using System.IO.Compression;

namespace FedLearn.Training.Data;

/// <summary>
/// Reads an IDX file of unsigned bytes (LeCun's format for MNIST): big-endian magic 00 00 08 rank, one int32 per dimension, the
/// values row-major. A gzip-compressed file is recognised by its first two bytes.
/// </summary>
internal sealed class IdxFile : IDisposable
{
    private readonly string _path;
    private readonly Stream _stream;

    public IdxFile(string path, int rank)
    {
        _path = path;
        _stream = Open(path);
        try
        {
            Dimensions = ReadHeader(rank);
            ItemLength = Dimensions[1..].Aggregate(1, (product, d) => checked(product * d));
        }
        catch
        {
            _stream.Dispose();
            throw;
        }
    }

    public int[] Dimensions { get; }

    public int Count => Dimensions[0];

    public int ItemLength { get; }

    /// <summary>Reads item <paramref name="index"/>, which must be the next one.</summary>
    public void ReadItem(int index, Span<byte> item)
    {
        Read(item, $"item {index} of {Count}");
    }

    /// <summary>Makes sure that nothing follows the last item.</summary>
    public void RequireEnd()
    {
        if (_stream.ReadByte() >= 0)
        {
            throw new InvalidDataException($"{_path}: more bytes follow the {Count} items that the header announces");
        }
    }

    public void Dispose() => _stream.Dispose();

    private static Stream Open(string path)
    {
        var file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[2];
        var zipped = file.ReadAtLeast(start, 2, throwOnEndOfStream: false) == 2 && start is [0x1f, 0x8b];
        file.Position = 0;
        return zipped ? new GZipStream(file, CompressionMode.Decompress) : new BufferedStream(file, 1 << 16);
    }

    private int[] ReadHeader(int rank)
    {
        var header = new byte[4 * (1 + rank)];
        Read(header, "the header");
        var magic = BinaryPrimitives.ReadInt32BigEndian(header);
        if (magic != 0x0800 + rank)
        {
            throw new InvalidDataException(
                $"{_path}: expected the IDX magic number {0x0800 + rank} (unsigned bytes, {rank} dimensions), found {magic}");
        }

        var dimensions = new int[rank];
        for (var i = 0; i < rank; i++)
        {
            dimensions[i] = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4 + (4 * i)));
            if (dimensions[i] < (i == 0 ? 0 : 1) || dimensions[i] > (i == 0 ? int.MaxValue : 4096))
            {
                throw new InvalidDataException($"{_path}: dimension {i} of the IDX header is {dimensions[i]}");
            }
        }

        return dimensions;
    }

    private void Read(Span<byte> buffer, string what)
    {
        int read;
        try
        {
            read = _stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{_path}: damaged gzip data within {what}: {e.Message}", e);
        }

        if (read < buffer.Length)
        {
            throw new InvalidDataException($"{_path}: the file ends within {what}");
        }
    }
}
