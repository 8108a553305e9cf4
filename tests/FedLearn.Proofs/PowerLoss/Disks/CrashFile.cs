namespace FedLearn.Proofs.PowerLoss.Disks;

/// <summary>What a name in a folder stands for.</summary>
internal abstract class CrashNode;

/// <summary>One file's bytes: as processes read them, as they are durable, and the changes in between, in order.</summary>
internal sealed class CrashFile(int id) : CrashNode
{
    private const int Sector = 512;

    private readonly List<DiskOp> _unsynced = [];
    private Content _current = new();
    private Content _durable = new();

    public int Id => id;

    public long Length => _current.Length;

    public int Read(Span<byte> buffer, long at) => _current.Read(buffer, at);

    public void Change(DiskOp op)
    {
        Apply(op, _current);
        _unsynced.Add(op);
    }

    public void Sync()
    {
        _unsynced.ForEach(op => Apply(op, _durable));
        _unsynced.Clear();
    }

    /// <summary>
    /// A sync that failed, as Linux has it: the changes are still read, but counted as written, so that no later sync brings them to
    /// the disk.
    /// </summary>
    public void LoseUnsynced() => _unsynced.Clear();

    /// <summary>The file as it is found when power is back.</summary>
    public CrashFile AfterCut(CutStyle style, Random random)
    {
        var found = _durable.Clone();
        var kept = random.Next(_unsynced.Count + 1);
        foreach (var op in style.Bytes switch
        {
            Survival.None => [],
            Survival.Prefix => _unsynced.Take(kept),
            _ => _unsynced,
        })
        {
            if (style.Bytes == Survival.Torn)
            {
                Tear(op, found, random);
            }
            else
            {
                Apply(op, found);
            }
        }

        if (style.LengthSurvives && found.Length < _current.Length)
        {
            found.SetLength(_current.Length);
        }

        return new CrashFile(id) { _current = found, _durable = found.Clone() };
    }

    /// <summary>The file as the next process finds it when this one was killed: nothing is lost, nothing more is durable.</summary>
    public CrashFile Clone()
    {
        var clone = new CrashFile(id) { _current = _current.Clone(), _durable = _durable.Clone() };
        clone._unsynced.AddRange(_unsynced);
        return clone;
    }

    /// <summary>Flips the bits of one byte, at rest.</summary>
    public void Damage(long at)
    {
        Span<byte> one = stackalloc byte[1];
        _current.Read(one, at);
        one[0] ^= 0xFF;
        _current.Write(one, at);
        _durable.Write(one, at);
    }

    private static void Apply(DiskOp op, Content content)
    {
        if (op.Kind == OpKind.SetLength)
        {
            content.SetLength(op.At);
        }
        else
        {
            content.Write(op.Bytes, op.At);
        }
    }

    /// <summary>Each sector of a write, and each change of length, reaches the disk or does not.</summary>
    private static void Tear(DiskOp op, Content content, Random random)
    {
        var odds = random.Next(5) * 25;
        if (op.Kind == OpKind.SetLength)
        {
            if (random.Next(100) < odds)
            {
                content.SetLength(op.At);
            }

            return;
        }

        for (var from = 0; from < op.Bytes!.Length;)
        {
            var to = (int)Math.Min(op.Bytes.Length, (((op.At + from) / Sector) + 1) * Sector - op.At);
            if (random.Next(100) < odds)
            {
                content.Write(op.Bytes.AsSpan(from, to - from), op.At + from);
            }

            from = to;
        }
    }
}
