using FedLearn.Client.Vault;
using FedLearn.Protocol.V1;

namespace FedLearn.Client.Pending;

/// <summary>Which round's update it is; a client has one per round.</summary>
internal readonly record struct PendingKey(string RunId, int Round)
{
    public static PendingKey Of(UpdateHeader header) => new(header.RunId, header.Round);

    public override string ToString() => $"run {RunId}, round {Round}";
}

/// <summary>
/// Finished updates that have no receipt yet. Once it is sealed, an update survives the process, killed or not, and nothing of it can be
/// read off the disk without the participant's key.
/// </summary>
internal interface IPendingUpdateStore
{
    /// <summary>What is kept, in no order.</summary>
    IReadOnlyList<PendingKey> List();

    /// <summary>Keeps an update, sealed or at first in memory alone; one of the same round is replaced.</summary>
    /// <param name="key">The round.</param>
    /// <param name="byteLength">The bytes of all parts.</param>
    /// <param name="effort">How long its training took, which is what is lost with it.</param>
    /// <param name="writeParts">Writes these bytes, in order, and returns the header, which may say what only they tell. What it throws leaves nothing kept.</param>
    void Save(PendingKey key, long byteLength, TimeSpan effort, Func<Stream, UpdateHeader> writeParts);

    /// <summary>Seals an update that is kept in memory; nothing happens where it is sealed already, or none is kept.</summary>
    /// <exception cref="IOException">The disk does not take it; it stays in memory.</exception>
    void Seal(PendingKey key);

    /// <summary>Opens an update, or null where none is kept.</summary>
    /// <exception cref="VaultException">What is kept is damaged; so may a read of its parts say.</exception>
    PendingUpdate? Open(PendingKey key);

    /// <summary>Forgets an update; nothing happens where none is kept.</summary>
    void Delete(PendingKey key);
}

/// <summary>A kept update, open for reading.</summary>
/// <param name="Header">What goes before the bytes.</param>
/// <param name="Parts">The bytes of all parts in order, from 0; more may stand behind them.</param>
internal sealed record PendingUpdate(UpdateHeader Header, IPartBytes Parts) : IDisposable
{
    public void Dispose() => Parts.Dispose();
}

/// <summary>The bytes of an update's parts. Not thread-safe.</summary>
internal interface IPartBytes : IDisposable
{
    /// <summary>The bytes from <paramref name="offset"/> to <paramref name="end"/>, or fewer, at least one: valid until the next read.</summary>
    /// <exception cref="VaultException">They are damaged.</exception>
    ReadOnlyMemory<byte> View(long offset, long end);
}
