namespace FedLearn.Proofs.PowerLoss.Disks;

/// <summary>A change of names in one folder: a name that goes, a name that comes, or both at once.</summary>
internal sealed record NameChange(string? Removed, string? Added = null, CrashNode? Node = null);

/// <summary>One folder's names: as processes see them, as they are durable, and the changes in between, in order.</summary>
internal sealed class CrashFolder : CrashNode
{
    private readonly List<NameChange> _unsynced = [];
    private SortedDictionary<string, CrashNode> _current = new(StringComparer.Ordinal);
    private SortedDictionary<string, CrashNode> _durable = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, CrashNode> Names => _current;

    public CrashNode? Find(string name) => _current.GetValueOrDefault(name);

    public void Change(NameChange change)
    {
        Apply(change, _current);
        _unsynced.Add(change);
    }

    public void Sync()
    {
        _unsynced.ForEach(c => Apply(c, _durable));
        _unsynced.Clear();
    }

    /// <summary>The folder, with all in it, as it is found when power is back.</summary>
    public CrashFolder AfterCut(CutStyle style, Random random, Dictionary<CrashNode, CrashNode> done)
    {
        var names = new SortedDictionary<string, CrashNode>(_durable, StringComparer.Ordinal);
        var prefix = random.Next(_unsynced.Count + 1);
        for (var i = 0; i < _unsynced.Count; i++)
        {
            if (style.Names switch
            {
                Survival.None => false,
                Survival.Prefix => i < prefix,
                Survival.Torn => random.Next(2) == 0,
                _ => true,
            })
            {
                Apply(_unsynced[i], names);
            }
        }

        return Copy(names, node => AfterCut(node, style, random, done));
    }

    /// <summary>See <see cref="CrashFile.Clone"/>.</summary>
    public CrashFolder Clone(Dictionary<CrashNode, CrashNode> done)
    {
        var clone = new CrashFolder { _current = CopyNames(_current), _durable = CopyNames(_durable) };
        clone._unsynced.AddRange(_unsynced.Select(c => c with { Node = c.Node is { } node ? CloneOf(node) : null }));
        return clone;

        SortedDictionary<string, CrashNode> CopyNames(SortedDictionary<string, CrashNode> names) =>
            new(names.ToDictionary(n => n.Key, n => CloneOf(n.Value)), StringComparer.Ordinal);

        CrashNode CloneOf(CrashNode node) =>
            done.TryGetValue(node, out var known) ? known : done[node] = node is CrashFolder folder ? folder.Clone(done) : ((CrashFile)node).Clone();
    }

    private static CrashFolder Copy(SortedDictionary<string, CrashNode> names, Func<CrashNode, CrashNode> copy)
    {
        var folder = new CrashFolder();
        foreach (var (name, node) in names)
        {
            folder._current[name] = folder._durable[name] = copy(node);
        }

        return folder;
    }

    private static CrashNode AfterCut(CrashNode node, CutStyle style, Random random, Dictionary<CrashNode, CrashNode> done) =>
        done.TryGetValue(node, out var known) ? known
        : done[node] = node is CrashFolder folder ? folder.AfterCut(style, random, done) : ((CrashFile)node).AfterCut(style, random);

    private static void Apply(NameChange change, SortedDictionary<string, CrashNode> names)
    {
        if (change.Removed is { } removed)
        {
            names.Remove(removed);
        }

        if (change.Added is { } added)
        {
            names[added] = change.Node!;
        }
    }
}
