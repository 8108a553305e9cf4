using System.Text;
using FedLearn.Client.Vault;
using FedLearn.Training.Data;

namespace FedLearn.Proofs.Fuzz.Targets;

/// <summary>Data sets that a participant was given by somebody.</summary>
internal static class FileTargets
{
    private const string Row = "63.0,1.0,233.0,6.0,0\n";

    public static IReadOnlyList<FuzzTarget> All(string folder)
    {
        var (images, labels, csv) = (Path.Combine(folder, "images"), Path.Combine(folder, "labels"), Path.Combine(folder, "rows.csv"));
        return
        [
            new("idx-images", [Images()], bytes => Import(images, bytes, [(labels, Labels())], () => new IdxRecordSource(images, labels))) { ReadsFiles = true },
            new("idx-labels", [Labels()], bytes => Import(labels, bytes, [(images, Images())], () => new IdxRecordSource(images, labels))) { ReadsFiles = true },
            new("csv", [Encoding.UTF8.GetBytes(Row + Row.Replace("233.0", "?"))], bytes => Import(csv, bytes, [], () => new CsvRecordSource(csv, DocumentTargets.Table))) { ReadsFiles = true },
        ];
    }

    private static byte[] Images() => [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28, .. Enumerable.Range(0, 2 * 28 * 28).Select(i => (byte)i)];

    private static byte[] Labels() => [0, 0, 8, 1, 0, 0, 0, 2, 3, 9];

    private static string Import(string path, byte[] bytes, (string Path, byte[] Bytes)[] others, Func<IRecordSource> open)
    {
        File.WriteAllBytes(path, bytes);
        foreach (var other in others)
        {
            File.WriteAllBytes(other.Path, other.Bytes);
        }

        return Outcome.Catching<InvalidDataException>(() =>
        {
            using var source = open();
            var record = new byte[source.RecordLength];
            while (source.TryRead(record))
            {
            }
        }).Replace(path, "");
    }
}
