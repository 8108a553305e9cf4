using FedLearn.Proofs.Simulation.Machinery;

namespace FedLearn.Proofs.Simulation.Server;

/// <summary>A vector in a file.</summary>
internal sealed class SimFile
{
    public byte[] Bytes { get; set; } = [];

    /// <summary>Whether bytes and name would outlive a power cut.</summary>
    public bool Synced { get; set; }
}

/// <summary>The disk of vectors. What was not synced when the process dies may be there, torn or gone.</summary>
internal sealed class SimDisk(Chance chance, Faults faults)
{
    private const int DiskFullPosix = 28;
    private readonly SortedDictionary<string, SimFile> _files = new(StringComparer.Ordinal);

    public static string VersionFile(int version) => $"versions/{version:000000}";

    public static string RoundFolder(int round) => $"rounds/{round:000000}/";

    public SimFile? Find(string name) => _files.GetValueOrDefault(name);

    /// <summary>Writes a whole file; it is not durable before <see cref="Sync"/>.</summary>
    /// <exception cref="IOException">The disk is full; nothing was written.</exception>
    public void Write(string name, byte[] bytes)
    {
        if (faults.Happens(Fault.DiskFull, 0.01))
        {
            throw new IOException("no space left on device", DiskFullPosix);
        }

        _files[name] = new SimFile { Bytes = bytes };
        DieIf(Fault.KilledInWrite, name);
    }

    /// <summary>Writes at a place in a file, and cuts off what stood behind it.</summary>
    public void Append(string name, int at, ReadOnlySpan<byte> bytes)
    {
        var before = _files.TryGetValue(name, out var file) ? file.Bytes.AsSpan(0, at) : [];
        _files[name] = new SimFile { Bytes = [.. before, .. bytes] };
    }

    /// <summary>Makes a file durable.</summary>
    public void Sync(string name)
    {
        DieIf(Fault.KilledBeforeSync, name);
        _files[name].Synced = true;
        DieIf(Fault.KilledAfterSync, name);
    }

    public void Delete(string name) => _files.Remove(name);

    /// <summary>Deletes a folder's files.</summary>
    public void DeleteFolder(string folder)
    {
        foreach (var name in FilesIn(folder))
        {
            _files.Remove(name);
        }
    }

    public IReadOnlyList<string> FilesIn(string folder) => [.. _files.Keys.Where(n => n.StartsWith(folder, StringComparison.Ordinal))];

    /// <summary>A damaged byte in an update that was sound when it was acknowledged.</summary>
    public void Damage(string name)
    {
        var bytes = _files[name].Bytes.ToArray();
        bytes[chance.Below(bytes.Length)] ^= 1;
        _files[name].Bytes = bytes;
    }

    /// <summary>The power goes.</summary>
    public void Crash()
    {
        foreach (var (name, file) in _files.Where(f => !f.Value.Synced).ToList())
        {
            switch (chance.Below(3))
            {
                case 0:
                    faults.Count(Fault.UnsyncedLost);
                    _files.Remove(name);
                    break;
                case 1:
                    faults.Count(Fault.UnsyncedTorn);
                    file.Bytes = file.Bytes[..chance.Below(file.Bytes.Length + 1)];
                    break;
                default:
                    break;
            }
        }
    }

    private void DieIf(Fault fault, string name)
    {
        if (faults.Happens(fault, 0.01))
        {
            throw new ProcessDied($"{fault}, {name}");
        }
    }
}
