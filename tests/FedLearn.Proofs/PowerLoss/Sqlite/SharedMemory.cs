using System.Runtime.InteropServices;

namespace FedLearn.Proofs.PowerLoss.Sqlite;

/// <summary>
/// The shared memory of one database in WAL mode, and its eight locks. It is memory: a power cut leaves nothing of it, and SQLite makes
/// it anew from the log.
/// </summary>
internal sealed unsafe class SharedMemory
{
    private const int Slots = 8;

    private readonly Lock _gate = new();
    private readonly List<nint> _regions = [];
    private readonly HashSet<object> _users = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<object>[] _shared = [.. Enumerable.Range(0, Slots).Select(_ => new HashSet<object>(ReferenceEqualityComparer.Instance))];
    private readonly object?[] _exclusive = new object?[Slots];

    /// <summary>The address of a region, or 0 where it does not exist and is not to be made.</summary>
    public nint Map(object user, int region, int size, bool make)
    {
        lock (_gate)
        {
            _users.Add(user);
            while (make && _regions.Count <= region)
            {
                _regions.Add((nint)NativeMemory.AllocZeroed((nuint)size));
            }

            return region < _regions.Count ? _regions[region] : 0;
        }
    }

    public bool TryLock(object user, int first, int count, bool shared)
    {
        lock (_gate)
        {
            var slots = Enumerable.Range(first, count).ToList();
            if (slots.Exists(i => (_exclusive[i] is { } other && other != user) || (!shared && _shared[i].Any(u => u != user))))
            {
                return false;
            }

            foreach (var i in slots)
            {
                if (shared)
                {
                    _shared[i].Add(user);
                }
                else
                {
                    _exclusive[i] = user;
                }
            }

            return true;
        }
    }

    public void Unlock(object user, int first, int count)
    {
        lock (_gate)
        {
            foreach (var i in Enumerable.Range(first, count))
            {
                _shared[i].Remove(user);
                _exclusive[i] = _exclusive[i] == user ? null : _exclusive[i];
            }
        }
    }

    /// <summary>A connection leaves; after the last one the memory is gone.</summary>
    public void Unmap(object user)
    {
        lock (_gate)
        {
            Unlock(user, 0, Slots);
            if (_users.Remove(user) && _users.Count == 0)
            {
                _regions.ForEach(r => NativeMemory.Free((void*)r));
                _regions.Clear();
            }
        }
    }
}
