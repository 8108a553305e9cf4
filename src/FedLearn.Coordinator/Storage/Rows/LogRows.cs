namespace FedLearn.Coordinator.Storage.Rows;

/// <summary>An entry of the log. Rows are added at the end and never change.</summary>
internal sealed class LogRow : CheckedRow
{
    /// <summary>Its place, from 0, without gaps.</summary>
    public long Number { get; set; }

    /// <summary>The entry's bytes: a leaf of the log's Merkle tree.</summary>
    public required byte[] Entry { get; set; }

    /// <summary>The root of the largest perfect subtree that ends with it, 32 bytes.</summary>
    public required byte[] Node { get; set; }

    protected override string Title => $"entry {Number} of the log";

    protected override void AddFields(FieldHash hash) => hash.Add(Number).Add(Entry).Add(Node);
}

/// <summary>A signed head of the log.</summary>
internal sealed class LogHeadRow : CheckedRow
{
    /// <summary>The number of entries.</summary>
    public long Size { get; set; }

    /// <summary>The signed bytes.</summary>
    public required byte[] Statement { get; set; }

    public required byte[] Signature { get; set; }

    /// <summary>SHA-256 of the public key that signed it.</summary>
    public required string KeyId { get; set; }

    protected override string Title => $"the log's head at {Size}";

    protected override void AddFields(FieldHash hash) => hash.Add(Size).Add(Statement).Add(Signature).Add(KeyId);
}
