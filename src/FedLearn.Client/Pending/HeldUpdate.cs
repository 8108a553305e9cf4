using FedLearn.Client.Vault.Files;
using FedLearn.Protocol.V1;

namespace FedLearn.Client.Pending;

/// <summary>An update in memory.</summary>
/// <param name="buffer">Its parts' bytes at the beginning; belongs to this.</param>
/// <param name="length">How many.</param>
/// <param name="header">What goes before them.</param>
internal sealed class HeldUpdate(SecretBuffer buffer, int length, UpdateHeader header)
{
    /// <summary>Whether it stands on the disk as well.</summary>
    public bool IsSealed { get; set; }

    public UpdateHeader Header => header;

    public SecretBuffer Buffer => buffer;

    public ReadOnlyMemory<byte> Bytes => buffer.Memory[..length];

    /// <summary>For one reader. Disposing it leaves the update held.</summary>
    public IPartBytes Read() => new Reader(Bytes);

    private sealed class Reader(ReadOnlyMemory<byte> bytes) : IPartBytes
    {
        // As much as a sealed file gives at once: who sends it sees that it moves.
        private const int Piece = 1 << 20;

        public ReadOnlyMemory<byte> View(long offset, long end) => bytes.Slice((int)offset, (int)Math.Min(Piece, end - offset));

        public void Dispose()
        {
            // The bytes are the update's.
        }
    }
}
