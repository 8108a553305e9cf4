using System.Buffers.Binary;

namespace FedLearn.Coordinator.Storage;

/// <summary>
/// Finds damage in SQLite's write-ahead log before SQLite opens it. SQLite takes the first frame that fails its checksum for the end
/// of the log: right for a write that power cut short, but a damaged byte in the middle would silently undo every later commit.
/// </summary>
/// <remarks>
/// With <c>synchronous=FULL</c> each commit is synced before the next begins, so that a power cut can break the last transaction alone.
/// Whole frames of at least two commits at or behind a broken frame are therefore damage. Damage in the last transaction itself cannot be
/// told from a cut: it is undone, and its clients' calls are answered anew. The format is SQLite's (<see href="https://sqlite.org/fileformat2.html#walformat"/>):
/// 32 bytes of header, then frames of 24 bytes and a page; each frame's checksum goes on from the one before.
/// </remarks>
internal static class WalCheck
{
    private const int HeaderSize = 32;
    private const int FrameHeaderSize = 24;
    private const uint Magic = 0x377F0682;
    private const int UsualPageSize = 4096;

    /// <summary>Says what is damaged, or null where the log is sound, was cut short, or does not exist.</summary>
    public static string? FindDamage(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        using var log = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1 << 16);
        var header = new byte[HeaderSize];
        if (log.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false) < HeaderSize)
        {
            return null;
        }

        var sound = (Word(header, 0) & ~1u) == Magic && IsSum(header, 24, Sum(header.AsSpan(0, 24), default, Word(header, 0) & 1));
        // Which of the two checksums the log has is itself said by its header.
        var (broken, commits) = ReadFrames(log, header, sound, Word(header, 0) & 1);
        if (!sound && commits == 0)
        {
            (broken, commits) = ReadFrames(log, header, sound, ~Word(header, 0) & 1);
        }

        return commits < 2 ? null : $"{path} is damaged in {(sound ? $"frame {broken}" : "its header")}, and {commits} commits stand behind that";
    }

    /// <summary>The first broken frame, and how many commits stand at or behind it.</summary>
    private static (int Broken, int Commits) ReadFrames(FileStream log, byte[] header, bool headerIsSound, uint bigEndian)
    {
        log.Position = HeaderSize;
        var frame = new byte[FrameHeaderSize + (headerIsSound ? (int)Word(header, 8) : UsualPageSize)];
        var (salts, before) = (header.AsSpan(16, 8).ToArray(), (Word(header, 24), Word(header, 28)));
        var (broken, commits) = (headerIsSound ? 0 : 1, 0);
        for (var number = 1; log.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) == frame.Length; number++)
        {
            if (number == 1 && !headerIsSound)
            {
                salts = frame.AsSpan(8, 8).ToArray();
            }

            var ours = frame.AsSpan(8, 8).SequenceEqual(salts);
            var sound = ours && IsSum(frame, 16, Sum(frame.AsSpan(FrameHeaderSize), Sum(frame.AsSpan(0, 8), before, bigEndian), bigEndian));
            broken = broken == 0 && !sound ? number : broken;
            commits += broken > 0 && ours && (sound || number == broken) && Word(frame, 4) != 0 ? 1 : 0;
            before = (Word(frame, 16), Word(frame, 20));
        }

        return (broken, commits);
    }

    private static uint Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);

    private static bool IsSum(ReadOnlySpan<byte> bytes, int at, (uint, uint) sum) => (Word(bytes, at), Word(bytes, at + 4)) == sum;

    /// <summary>SQLite's checksum over pairs of words, which are big-endian where the header's magic number is odd.</summary>
    private static (uint, uint) Sum(ReadOnlySpan<byte> bytes, (uint First, uint Second) sum, uint bigEndian)
    {
        var (first, second) = sum;
        for (var at = 0; at < bytes.Length; at += 8)
        {
            var (x, y) = bigEndian == 1
                ? (Word(bytes, at), Word(bytes, at + 4))
                : (BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 4)..]));
            unchecked
            {
                first += x + second;
                second += y + first;
            }
        }

        return (first, second);
    }
}
