using System.Buffers.Binary;
using FedLearn.Client.Vault;
using FedLearn.Client.Vault.Files;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Text = System.Text.Encoding;

namespace FedLearn.Client.Pending;

/// <summary>
/// Pending updates in the worker's sealed store, one file each, named <c>update.ROUND.HEX(run id)</c>. A file is: the parts' bytes, the
/// header as protobuf, the header's length as 4 little-endian bytes. The header stands last so that part bytes start at 0.
/// </summary>
internal sealed class SealedPendingUpdates(SealedStore store)
{
    private const string Prefix = "update";
    private const int LengthSize = sizeof(int);
    private const int HeaderRoom = 1024;

    public IReadOnlyList<PendingKey> List() => [.. store.Names.Select(KeyOf).OfType<PendingKey>()];

    // Nothing here waits for the disk: what the page cache holds survives this process however it ends. A power cut may lose or tear a
    // file; a torn one does not open, and either way the round is trained again, since nobody was told that the update is safe. A
    // deletion that a power cut undoes has the update delivered once more, and the coordinator answers with the receipt that it gave.
    public void Save(PendingKey key, long byteLength, Func<Stream, UpdateHeader> writeParts)
    {
        using var file = store.OpenWrite(NameOf(key), durable: false, byteLength + HeaderRoom);
        var bytes = writeParts(file).ToByteArray();
        file.Write(bytes);
        Span<byte> length = stackalloc byte[LengthSize];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        file.Write(length);
        file.Commit();
    }

    public PendingUpdate? Open(PendingKey key)
    {
        var name = NameOf(key);
        if (!store.Exists(name))
        {
            return null;
        }

        var file = store.OpenFile(name);
        try
        {
            return new PendingUpdate(ReadHeader(file), file);
        }
        catch (Exception damage) when (damage is InvalidProtocolBufferException or ArgumentException or OverflowException)
        {
            file.Dispose();
            throw new VaultException($"the update kept for {key} has no readable header", damage);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Delete(PendingKey key) => store.Delete(NameOf(key), durable: false);

    private static UpdateHeader ReadHeader(SealedFile file)
    {
        Span<byte> length = stackalloc byte[LengthSize];
        ArgumentOutOfRangeException.ThrowIfLessThan(file.Length, LengthSize);
        file.ReadAt(file.Length - LengthSize, length);
        var bytes = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
        ArgumentOutOfRangeException.ThrowIfLessThan(file.Length, LengthSize + bytes.Length);
        file.ReadAt(file.Length - LengthSize - bytes.Length, bytes);
        return UpdateHeader.Parser.ParseFrom(bytes);
    }

    private static string NameOf(PendingKey key) => $"{Prefix}.{key.Round}.{Convert.ToHexStringLower(Text.UTF8.GetBytes(key.RunId))}";

    private static PendingKey? KeyOf(string name) =>
        name.Split('.') is [Prefix, var round, var run] && int.TryParse(round, out var number) && run.Length % 2 == 0 && run.All(char.IsAsciiHexDigitLower)
            ? new PendingKey(Text.UTF8.GetString(Convert.FromHexString(run)), number)
            : null;
}
