using System.Globalization;

namespace FedLearn.Training.Data;

/// <summary>
/// FEMNIST, digits and letters by writer, as LEAF prepares it (Caldas et al. 2018, <c>https://leaf.cmu.edu</c>), packed into IDX files: for each
/// part <c>femnist-PART-images-idx3-ubyte.gz</c> and <c>femnist-PART-labels-idx1-ubyte.gz</c>, and <c>femnist-writers.csv</c>, which says whose
/// images are where. 62 classes: 0-9, A-Z, a-z. The files have white paper at 255; here ink is 255, as in MNIST.
/// </summary>
public static class Femnist
{
    private const int Classes = 62;
    private const string Header = "writer,split,start,count";

    /// <summary>The parts: writers that train, other images of theirs, and images of writers who never train.</summary>
    public static IReadOnlyList<string> Parts { get; } = ["train", "test", "heldout"];

    /// <summary>One writer's images in a part.</summary>
    /// <param name="Id">The writer, as a client's id.</param>
    /// <param name="Images">Their places.</param>
    public sealed record Writer(string Id, Range Images);

    /// <summary>The images of a part.</summary>
    /// <exception cref="InvalidDataException">A file is broken.</exception>
    /// <exception cref="IOException">A file is missing; the message names it.</exception>
    public static LocalData Read(string directory, string part)
    {
        using var source = new IdxRecordSource(
            Path.Combine(directory, $"femnist-{part}-images-idx3-ubyte.gz"), Path.Combine(directory, $"femnist-{part}-labels-idx1-ubyte.gz"), Classes);
        var schema = DataSchema.Parse(source.Schema.Span);
        var records = RecordSources.ReadAll(source);
        for (var record = 0; record < records.Length; record += schema.RecordLength)
        {
            foreach (ref var pixel in records.AsSpan(record + 1, schema.RecordLength - 1))
            {
                pixel = (byte)(byte.MaxValue - pixel);
            }
        }

        return DataSet.FromRecords(schema, records, []);
    }

    /// <summary>The writers of a part, in the order of their ids.</summary>
    /// <exception cref="InvalidDataException">A row is broken; the message says which.</exception>
    public static IReadOnlyList<Writer> WritersOf(string directory, string part)
    {
        var path = Path.Combine(directory, "femnist-writers.csv");
        var lines = File.ReadLines(path).ToList();
        if (lines.FirstOrDefault() != Header)
        {
            throw new InvalidDataException($"{path}: expected the header {Header}, got '{lines.FirstOrDefault()}'");
        }

        var writers = lines.Skip(1).Select((line, i) => ReadRow(path, i + 2, line.Split(','))).Where(row => row.Part == part).Select(row => row.Writer);
        return [.. writers.OrderBy(w => w.Id, StringComparer.Ordinal)];
    }

    private static (string Part, Writer Writer) ReadRow(string path, int line, string[] cells) =>
        cells is [var id, var part, var start, var count]
        && int.TryParse(start, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
        && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var images) && images > 0
            ? (part, new Writer(id.Replace('_', '-'), first..(first + images)))
            : throw new InvalidDataException($"{path}, line {line}: expected {Header}");
}
