namespace FedLearn.Proofs.Fuzz;

/// <summary>Makes inputs that are nearly valid: a few small changes to one that is known.</summary>
internal sealed class Mutator(Random random)
{
    /// <summary>The longest input that is made.</summary>
    public const int MostBytes = 64 << 10;

    private const int MostChanges = 6;

    private static readonly byte[] s_bytes = [0, 1, 0x7F, 0x80, 0xFF, (byte)'"', (byte)'{', (byte)'[', (byte)',', (byte)'-', (byte)'\n'];

    private static readonly byte[][] s_words =
    [
        .. new[] { "9223372036854775808", "1e999", "-0", "NaN", "null", "\\u0000", "\uFEFF", "\uD7FF", "[[[[[[[[[[[[[[[[[[[[", "{\"a\":{\"a\":{\"a\":" }.Select(System.Text.Encoding.UTF8.GetBytes),
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0x7F], [0, 0, 0, 0x80], [0, 0, 0xC0, 0x7F], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1],
    ];

    /// <summary>A new input.</summary>
    /// <param name="input">A known one.</param>
    /// <param name="other">Another, of which a piece may come in.</param>
    public byte[] Mutate(byte[] input, byte[] other)
    {
        var bytes = input.ToList();
        for (var changes = random.Next(1, MostChanges); changes > 0; changes--)
        {
            Change(bytes, other);
        }

        return bytes.Count > MostBytes ? [.. bytes.Take(MostBytes)] : [.. bytes];
    }

    private void Change(List<byte> bytes, byte[] other)
    {
        var at = random.Next(bytes.Count + 1);
        var rest = bytes.Count - at;
        switch (random.Next(8))
        {
            case 0 when rest > 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when rest > 0:
                bytes[at] = s_bytes[random.Next(s_bytes.Length)];
                break;
            case 2:
                bytes.RemoveRange(at, Math.Min(rest, random.Next(1, 32)));
                break;
            case 3:
                bytes.InsertRange(at, s_words[random.Next(s_words.Length)]);
                break;
            case 4:
                bytes.InsertRange(at, [.. bytes.Skip(at).Take(random.Next(1, 64))]);
                break;
            case 5:
                bytes.InsertRange(at, [.. other.Skip(random.Next(other.Length + 1)).Take(random.Next(1, 64))]);
                break;
            case 6:
                bytes.RemoveRange(at, rest);
                break;
            case 7 when rest > 0:
                Overwrite(bytes, at, s_words[random.Next(s_words.Length)]);
                break;
            default:
                bytes.Insert(at, (byte)random.Next(256));
                break;
        }
    }

    private static void Overwrite(List<byte> bytes, int at, byte[] word)
    {
        for (var i = 0; i < word.Length && at + i < bytes.Count; i++)
        {
            bytes[at + i] = word[i];
        }
    }
}
