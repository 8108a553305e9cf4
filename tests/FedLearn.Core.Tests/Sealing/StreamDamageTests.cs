using CsCheck;
using FedLearn.Core.Sealing;

namespace FedLearn.Core.Tests.Sealing;

/// <summary>
/// Damages every segment of a stream in every way a disk or an attacker can, and finds each damaged segment refused: what still opens
/// is, at its place, what was sealed there.
/// </summary>
public sealed class StreamDamageTests
{
    private const int SegmentSize = 96;

    private static readonly StreamFormat Format = new(32, SegmentSize);
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
    private static readonly Gen<byte[]> Texts = Gen.Byte.Array[200, 700];

    [Fact]
    public void FlippedBit_InAnySegment_RefusesThatSegmentOnly() =>
        Gen.Select(Texts, Gen.Int[0, SegmentSize - 1], Gen.Int[0, 7]).Sample((text, at, bit) => ForEverySegment(text, (stream, index) =>
        {
            var start = (int)Format.SealedOffset(index);
            var place = start + (at % (Math.Min(stream.Length, (index + 1) * SegmentSize) - start));
            stream[place] ^= (byte)(1 << bit);
            return (stream, i => i == index);
        }));

    [Fact]
    public void FlippedBit_InTheHeader_RefusesAll() =>
        Gen.Select(Texts, Gen.Int[0, 39], Gen.Int[0, 7]).Sample((text, at, bit) => ForEverySegment(text, (stream, _) =>
        {
            stream[at] ^= (byte)(1 << bit);
            return (stream, _ => true);
        }));

    [Fact]
    public void SwappedSegments_AreRefused() =>
        Texts.Sample(text => ForEverySegment(text, (stream, index) =>
        {
            var other = 1 + (index % 2);
            var from = index is 0 ? 3 : index;
            if (from == other || (from + 1) * SegmentSize > stream.Length)
            {
                return (stream, _ => false);
            }

            Swap(stream.AsSpan(from * SegmentSize, SegmentSize), stream.AsSpan(other * SegmentSize, SegmentSize));
            return (stream, i => i == from || i == other);
        }));

    [Fact]
    public void DuplicatedSegment_RefusesItsCopyAndWhatMoved() =>
        Texts.Sample(text => ForEverySegment(text, (stream, index) =>
        {
            var end = Math.Min(stream.Length, (index + 1) * SegmentSize);
            byte[] longer = [.. stream[..end], .. stream[(index * SegmentSize)..end], .. stream[end..]];

            // The last segment, once something follows it, is no longer at the end for which it was sealed.
            return (longer, i => i > index || (i == index && end == stream.Length));
        }));

    [Fact]
    public void DroppedSegment_RefusesWhatMoved() =>
        Texts.Sample(text => ForEverySegment(text, (stream, index) =>
        {
            var end = Math.Min(stream.Length, (index + 1) * SegmentSize);
            byte[] shorter = [.. stream[..(index * SegmentSize)], .. stream[end..]];

            // The segment that now ends the stream was not sealed as the last one.
            return (shorter, i => i >= index || (end == stream.Length && i == index - 1));
        }));

    [Fact]
    public void Truncation_AtAnyByte_IsRefusedAtTheCut() =>
        Gen.Select(Texts, Gen.Int[1, SegmentSize]).Sample((text, cut) => ForEverySegment(text, (stream, index) =>
        {
            var length = Math.Max(0, Math.Min(stream.Length - 1, ((index + 1) * SegmentSize) - cut));
            return (stream[..length], i => i >= (length - 1) / SegmentSize);
        }));

    [Fact]
    public void AppendedBytes_AreRefused() =>
        Gen.Select(Texts, Gen.Byte.Array[1, 200]).Sample((text, tail) => ForEverySegment(text, (stream, _) =>
        {
            var last = (stream.Length - 1) / SegmentSize;
            return ([.. stream, .. tail], i => i >= last);
        }));

    [Fact]
    public void SegmentOfAnotherStream_UnderTheSameKey_IsRefused() =>
        Texts.Sample(text => ForEverySegment(text, (stream, index) =>
        {
            var other = StreamReference.Seal(Format, Key, [], text);
            var start = (int)Format.SealedOffset(index);
            var end = Math.Min(stream.Length, (index + 1) * SegmentSize);
            other.AsSpan(start, end - start).CopyTo(stream.AsSpan(start));
            return (stream, i => i == index);
        }));

    private static void ForEverySegment(byte[] text, Func<byte[], int, (byte[] Damaged, Func<int, bool> MustRefuse)> damage)
    {
        var stream = StreamReference.Seal(Format, Key, [], text);
        var whole = StreamReference.TryOpenEach(Format, Key, [], stream)!;
        for (var index = 0; index < whole.Length; index++)
        {
            var (damaged, mustRefuse) = damage([.. stream], index);
            var opened = StreamReference.TryOpenEach(Format, Key, [], damaged) ?? [];
            for (var i = 0; i < opened.Length; i++)
            {
                Assert.Equal(mustRefuse(i), opened[i] is null);
                Assert.True(opened[i] is null || opened[i]!.AsSpan().SequenceEqual(whole[i]));
            }
        }
    }

    private static void Swap(Span<byte> first, Span<byte> second)
    {
        var copy = first.ToArray();
        second.CopyTo(first);
        copy.CopyTo(second);
    }
}
