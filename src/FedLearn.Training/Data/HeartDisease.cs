using System.Globalization;

namespace FedLearn.Training.Data;

/// <summary>
/// The UCI Heart Disease data of four hospitals, a federation by nature: <c>https://archive.ics.uci.edu/dataset/45/heart+disease</c>
/// (CC BY 4.0; Janosi, Steinbrunn, Pfisterer, Detrano), prepared as FLamby's Fed-Heart-Disease does: rows with a missing value in a
/// used column dropped, disease of any degree is the positive class, each site standardised by itself. The schema is
/// <c>samples/heart-disease/schema.json</c>.
/// </summary>
public static class HeartDisease
{
    /// <summary>The four hospitals' names, as in the files' names.</summary>
    public static IReadOnlyList<string> Sites { get; } = ["cleveland", "hungarian", "switzerland", "va"];

    /// <summary>A site's training or test rows, as <c>flamby-split.csv</c> beside the data assigns them.</summary>
    /// <param name="directory">The folder with <c>processed.{site}.data</c> and <c>flamby-split.csv</c>, whose header is
    /// <c>center,line_index,row_after_dropna,set,label</c>; line_index counts the lines of the site's file from 0.</param>
    /// <param name="site">One of <see cref="Sites"/>.</param>
    /// <param name="schema">The shared schema.</param>
    /// <param name="test">The test rows instead of the training rows.</param>
    /// <exception cref="InvalidDataException">A row is broken; the message says where.</exception>
    public static CsvRecordSource Open(string directory, string site, TableSchema schema, bool test)
    {
        var splitPath = Path.Combine(directory, "flamby-split.csv");
        var lines = new HashSet<int>();
        foreach (var (row, number) in File.ReadLines(splitPath).Skip(1).Select((row, i) => (row.Split(','), i + 2)))
        {
            if (row.Length < 4 || !int.TryParse(row[1], NumberStyles.None, CultureInfo.InvariantCulture, out var line))
            {
                throw new InvalidDataException($"{splitPath}, line {number}: expected center,line_index,row_after_dropna,set,label");
            }

            if (row[0] == site && row[3] == (test ? "test" : "train"))
            {
                lines.Add(line);
            }
        }

        return lines.Count > 0
            ? new(Path.Combine(directory, $"processed.{site}.data"), schema, lines)
            : throw new InvalidDataException($"{splitPath} has no rows of the site '{site}'; the sites are {string.Join(", ", Sites)}");
    }
}
