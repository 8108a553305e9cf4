using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage.Vectors;

namespace FedLearn.Coordinator.Storage.Updates;

/// <summary>
/// Where an accepted update lies: in a file of its own with a block list beside it, or as one record of a segment, its block's entry
/// before its bytes.
/// </summary>
internal static class UpdatePlace
{
    /// <summary>What a segment's name begins with, before its number. Names of own files hold a dot, a segment's does not.</summary>
    public const string SegmentPrefix = "segment-";

    /// <summary>Whether a file in a round's folder is a segment.</summary>
    public static bool IsSegment(string fileName) => fileName.StartsWith(SegmentPrefix, StringComparison.Ordinal) && !fileName.Contains('.');

    /// <summary>The place of an update's vector.</summary>
    public static VectorPlace Of(DataFolder folder, SealedUpdate update)
    {
        var path = Path.Combine(folder.RoundOf(update.RunId, update.Round), update.FileName);
        return IsSegment(update.FileName)
            ? new VectorPlace(path, update.Offset + BlockList.EntrySize, path, update.Offset, update.ByteLength)
            : new VectorPlace(path, 0, Path.ChangeExtension(path, ".blocks"), 0, update.ByteLength);
    }
}
