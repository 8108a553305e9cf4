using FedLearn.Client.Vault;
using FedLearn.Client.Vault.Files;
using FedLearn.Protocol.V1;

namespace FedLearn.Client.Pending;

/// <summary>Which round's update it is; a client has one per round.</summary>
internal readonly record struct PendingKey(string RunId, int Round)
{
    public static PendingKey Of(UpdateHeader header) => new(header.RunId, header.Round);

    public override string ToString() => $"run {RunId}, round {Round}";
}

/// <summary>
/// Finished updates that have no receipt yet. What <see cref="Save"/> was given survives the process, killed or not, once it has returned,
/// and nothing of it can be read off the disk without the participant's key.
/// </summary>
internal interface IPendingUpdateStore
{
    /// <summary>What is kept, in no order.</summary>
    IReadOnlyList<PendingKey> List();

    /// <summary>Keeps an update; one of the same round is replaced.</summary>
    /// <param name="key">The round.</param>
    /// <param name="byteLength">The bytes of all parts.</param>
    /// <param name="writeParts">Writes these bytes, in order, and returns the header, which may say what only they tell. What it throws leaves nothing kept.</param>
    void Save(PendingKey key, long byteLength, Func<Stream, UpdateHeader> writeParts);

    /// <summary>Opens an update, or null where none is kept.</summary>
    /// <exception cref="VaultException">What is kept is damaged; so may a read of its parts say.</exception>
    PendingUpdate? Open(PendingKey key);

    /// <summary>Forgets an update; nothing happens where none is kept.</summary>
    void Delete(PendingKey key);
}

/// <summary>A kept update, open for reading.</summary>
/// <param name="Header">What goes before the bytes.</param>
/// <param name="Parts">The bytes of all parts in order, from 0; more may stand behind them.</param>
internal sealed record PendingUpdate(UpdateHeader Header, SealedFile Parts) : IDisposable
{
    public void Dispose() => Parts.Dispose();
}
