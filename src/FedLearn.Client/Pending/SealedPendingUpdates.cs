using System.Buffers.Binary;
using FedLearn.Client.Vault;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Text = System.Text.Encoding;

namespace FedLearn.Client.Pending;

/// <summary>
/// Pending updates in the worker's sealed store, one file each, named <c>update.ROUND.HEX(run id)</c>. A file is: the parts' bytes, the
/// header as protobuf, the header's length as 4 little-endian bytes. The header stands last so that part bytes start at 0.
/// </summary>
internal sealed class SealedPendingUpdates(SealedStore store) : IPendingUpdateStore
{
    private const string Prefix = "update";
    private const int LengthSize = sizeof(int);

    public IReadOnlyList<PendingKey> List() => [.. store.Names.Select(KeyOf).OfType<PendingKey>()];

    public void Save(UpdateHeader header, Action<Stream> writeParts)
    {
        using var file = store.OpenWrite(NameOf(PendingKey.Of(header)));
        writeParts(file);
        var bytes = header.ToByteArray();
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

        var file = store.OpenRead(name);
        try
        {
            return new PendingUpdate(ReadHeader(file), file);
        }
        catch (Exception damage) when (damage is EndOfStreamException or InvalidProtocolBufferException or ArgumentException)
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

    public void Delete(PendingKey key) => store.Delete(NameOf(key));

    private static UpdateHeader ReadHeader(Stream file)
    {
        Span<byte> length = stackalloc byte[LengthSize];
        file.Seek(-LengthSize, SeekOrigin.End);
        file.ReadExactly(length);
        var bytes = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
        file.Seek(-LengthSize - bytes.Length, SeekOrigin.End);
        file.ReadExactly(bytes);
        file.Position = 0;
        return UpdateHeader.Parser.ParseFrom(bytes);
    }

    private static string NameOf(PendingKey key) => $"{Prefix}.{key.Round}.{Convert.ToHexStringLower(Text.UTF8.GetBytes(key.RunId))}";

    private static PendingKey? KeyOf(string name) =>
        name.Split('.') is [Prefix, var round, var run] && int.TryParse(round, out var number) && run.Length % 2 == 0 && run.All(char.IsAsciiHexDigitLower)
            ? new PendingKey(Text.UTF8.GetString(Convert.FromHexString(run)), number)
            : null;
}
