namespace FedLearn.Proofs.PowerLoss.Sqlite;

/// <summary>SQLite's five lock levels of a database file.</summary>
internal enum LockLevel
{
    None,
    Shared,
    Reserved,
    Pending,
    Exclusive,
}

/// <summary>Who holds which lock of one database file, among this process's connections.</summary>
internal sealed class FileLocks
{
    private readonly Lock _gate = new();
    private readonly Dictionary<object, LockLevel> _holders = new(ReferenceEqualityComparer.Instance);

    /// <summary>Raises a holder's lock. False where another one stands in the way.</summary>
    public bool TryLock(object holder, LockLevel wanted)
    {
        lock (_gate)
        {
            var has = _holders.GetValueOrDefault(holder);
            if (has >= wanted)
            {
                return true;
            }

            var strongest = _holders.Where(h => h.Key != holder).Select(h => h.Value).DefaultIfEmpty().Max();
            var free = wanted switch
            {
                LockLevel.Shared => strongest < LockLevel.Pending,
                LockLevel.Reserved => strongest < LockLevel.Reserved,
                _ => strongest == LockLevel.None,
            };
            if (free)
            {
                _holders[holder] = wanted;
            }
            else if (wanted == LockLevel.Exclusive && strongest < LockLevel.Pending)
            {
                // Readers go on, and no new one comes: then the writer's next try succeeds.
                _holders[holder] = LockLevel.Pending;
            }

            return free;
        }
    }

    public void Unlock(object holder, LockLevel left)
    {
        lock (_gate)
        {
            if (left == LockLevel.None)
            {
                _holders.Remove(holder);
            }
            else
            {
                _holders[holder] = left;
            }
        }
    }

    public bool IsReserved()
    {
        lock (_gate)
        {
            return _holders.Values.Any(l => l >= LockLevel.Reserved);
        }
    }
}
