using System.Collections.Immutable;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage.Vectors;

namespace FedLearn.Coordinator.Storage.Updates;

/// <summary>
/// Where an accepted update lies: each part in a file of its own with a block list beside it, or all as one record of a segment, the
/// entries of the parts' blocks before their bytes.
/// </summary>
internal static class UpdatePlace
{
    /// <summary>What a segment's name begins with, before its number. Names of own files hold a dot, a segment's does not.</summary>
    public const string SegmentPrefix = "segment-";

    private const string Extension = ".update";

    /// <summary>Whether a file in a round's folder is a segment.</summary>
    public static bool IsSegment(string fileName) => fileName.StartsWith(SegmentPrefix, StringComparison.Ordinal) && !fileName.Contains('.');

    /// <summary>The name of a part's files, before their extensions: the update's, and of all parts but the first also the part's.</summary>
    public static string StemOf(string update, int part, string partName) => part == 0 ? update : $"{update}.{partName}";

    /// <summary>The files that an update lies in, for the name that its row has.</summary>
    public static IEnumerable<string> FilesOf(string fileName, ImmutableArray<string> parts) => IsSegment(fileName)
        ? [fileName]
        : parts.Select((part, i) => StemOf(Path.GetFileNameWithoutExtension(fileName), i, part)).SelectMany(stem => (string[])[$"{stem}{Extension}", $"{stem}.blocks"]);

    /// <summary>The places of an update's parts, in order.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="update">The update.</param>
    /// <param name="parts">The names of its parts.</param>
    /// <param name="otherLength">The bytes of each part but the first, which has the rest.</param>
    public static ImmutableArray<VectorPlace> Of(DataFolder folder, SealedUpdate update, ImmutableArray<string> parts, long otherLength)
    {
        var path = Path.Combine(folder.RoundOf(update.RunId, update.Round), update.FileName);
        var places = ImmutableArray.CreateBuilder<VectorPlace>(parts.Length);
        var inRecord = update.Offset + (parts.Length * BlockList.EntrySize);
        foreach (var (i, part) in parts.Index())
        {
            var length = i == 0 ? update.ByteLength - ((parts.Length - 1) * otherLength) : otherLength;
            var stem = Path.Combine(Path.GetDirectoryName(path)!, StemOf(Path.GetFileNameWithoutExtension(path), i, part));
            places.Add(IsSegment(update.FileName)
                ? new VectorPlace(path, inRecord, path, update.Offset + (i * BlockList.EntrySize), length)
                : new VectorPlace($"{stem}{Extension}", 0, $"{stem}.blocks", 0, length));
            inRecord += length;
        }

        return places.MoveToImmutable();
    }
}
