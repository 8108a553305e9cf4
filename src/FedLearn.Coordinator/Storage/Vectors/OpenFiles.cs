using System.Collections.Concurrent;
using FedLearn.Coordinator.Storage.Disks;

namespace FedLearn.Coordinator.Storage.Vectors;

/// <summary>
/// Files to read from: each is opened once, however many vectors lie in it, and at most <paramref name="most"/> stay open; what comes
/// beyond is opened for each read, so that a thousand uploads do not need a thousand handles. Thread safe.
/// </summary>
internal sealed class OpenFiles(IDisk disk, int most) : IDisposable
{
    private readonly ConcurrentDictionary<string, IDiskFile> _open = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>The file's length in bytes.</summary>
    /// <exception cref="StoredDataException">The file is missing or cannot be read.</exception>
    public long LengthOf(string path)
    {
        var (file, mine) = Get(path);
        using (mine)
        {
            return file.Length;
        }
    }

    /// <summary>Fills a buffer from a place in a file.</summary>
    /// <exception cref="StoredDataException">The file is missing, ends before, or cannot be read.</exception>
    public void Read(string path, Span<byte> buffer, long at)
    {
        var (file, mine) = Get(path);
        using (mine)
        {
            if (file.Fill(buffer, at, path) < buffer.Length)
            {
                throw new StoredDataException($"{path} has {file.Length} bytes; expected {at + buffer.Length} at least");
            }
        }
    }

    public void Dispose()
    {
        foreach (var file in _open.Values)
        {
            file.Dispose();
        }

        _open.Clear();
    }

    private (IDiskFile File, IDisposable? Mine) Get(string path)
    {
        if (_open.TryGetValue(path, out var open))
        {
            return (open, null);
        }

        lock (_gate)
        {
            if (_open.TryGetValue(path, out open))
            {
                return (open, null);
            }

            if (_open.Count < most)
            {
                return (_open[path] = Open(path), null);
            }
        }

        var file = Open(path);
        return (file, file);
    }

    private IDiskFile Open(string path)
    {
        try
        {
            return disk.OpenRead(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new StoredDataException($"{path} is missing", e);
        }
        catch (IOException e)
        {
            throw new StoredDataException($"{path} cannot be opened: {e.Message}", e);
        }
    }
}
