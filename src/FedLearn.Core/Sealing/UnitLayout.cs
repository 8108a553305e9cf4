namespace FedLearn.Core.Sealing;

/// <summary>
/// The layout of a file whose content is sealed unit by unit, so that units can be written in any order, written again, and read each by
/// itself: a header of <see cref="HeaderLength"/> bytes, then frames without a gap. A frame is nonce (12 bytes), ciphertext, tag (16). The
/// content's first <paramref name="Head"/> bytes, where there are any, have a frame of their own, the first one; every other frame holds
/// <paramref name="Unit"/> bytes, and only the last one may hold fewer.
/// </summary>
/// <param name="Unit">Content of a full frame, in bytes, at least 1.</param>
/// <param name="Head">Content of the first frame, in bytes, where it is of another length; 0 otherwise.</param>
public readonly record struct UnitLayout(int Unit, int Head)
{
    /// <summary>The header in bytes.</summary>
    public const int HeaderLength = 64;

    /// <summary>The nonce of a frame in bytes.</summary>
    public const int NonceLength = 12;

    /// <summary>The tag of a frame in bytes.</summary>
    public const int TagLength = 16;

    /// <summary>What a frame is longer than its content, in bytes.</summary>
    public const int Overhead = NonceLength + TagLength;

    private int HeadFrames => Head > 0 ? 1 : 0;

    /// <summary>The frame that holds the content's byte at <paramref name="at"/>, and its place in there.</summary>
    public (long Frame, int Inside) Find(long at) =>
        at < Head ? (0, (int)at) : (((at - Head) / Unit) + HeadFrames, (int)((at - Head) % Unit));

    /// <summary>The most content that a frame holds, in bytes.</summary>
    public int CapacityOf(long frame) => frame < HeadFrames ? Head : Unit;

    /// <summary>The content's byte that a frame begins with.</summary>
    public long StartOf(long frame) => frame < HeadFrames ? 0 : Head + ((frame - HeadFrames) * Unit);

    /// <summary>Where in the file a frame begins.</summary>
    public long PlaceOf(long frame) => HeaderLength + StartOf(frame) + (frame * Overhead);

    /// <summary>The content of a file of this length, in bytes. What a power cut left of a frame counts where a byte of content is in it.</summary>
    public long ContentOf(long fileLength)
    {
        var rest = fileLength - HeaderLength;
        if (HeadFrames > 0 && rest <= Head + Overhead)
        {
            return Math.Max(0, rest - Overhead);
        }

        rest -= HeadFrames * (Head + Overhead);
        return rest <= 0 ? Head : Head + (rest / (Unit + Overhead) * Unit) + Math.Max(0, (rest % (Unit + Overhead)) - Overhead);
    }

    /// <summary>The length of a file of this much content, in bytes.</summary>
    public long FileLengthOf(long content)
    {
        if (content == 0)
        {
            return HeaderLength;
        }

        var (last, inside) = Find(content - 1);
        return PlaceOf(last) + inside + 1 + Overhead;
    }
}
