using System.Text;
using FedLearn.Training.Data;

namespace FedLearn.Training.Tests.Data;

public class CsvRecordSourceTests
{
    private const string Schema = """
        {
          "kind": "table", "header": true, "delimiter": ";",
          "columns": [
            { "name": "age", "type": "numeric", "scaling": { "mean": 50, "std": 10 } },
            { "name": "note", "type": "ignore" },
            { "name": "dose", "type": "numeric", "scaling": { "min": 0, "max": 4 }, "missing": "mean" },
            { "name": "ward", "type": "categorical", "levels": ["a", "b", "c"], "dropFirst": true, "missing": { "value": "b" } },
            { "name": "outcome", "type": "label", "levels": ["well", "ill"] }
          ]
        }
        """;

    [Fact]
    public void Decode_EveryColumnType_FollowsTheSchema()
    {
        var data = Load("age;note;dose;ward;outcome\n60;x;1;a;ill\n40;\"y;z\";?;?;well\n;x;1;a;ill\n50;;3;c;well\n");

        // The third row lacks its age and is dropped; the missing dose is the mean of this site's 1 and 3.
        Assert.Equal(3, data.Train.Count);
        Assert.Equal([1f, 0f, 0f], data.Train.Labels.ToArray());
        Assert.Equal([1, 0.25f, 0, 0], Row(data, 0));
        Assert.Equal([-1, 0.5f, 1, 0], Row(data, 1));
        Assert.Equal([0, 0.75f, 0, 1], Row(data, 2));
    }

    [Theory]
    [InlineData("60;x;1;a;ill\nforty;x;1;a;ill\n", "line 3", "age")]
    [InlineData("60;x;1;a;ill\n40;x;1;d;ill\n", "line 3", "ward")]
    [InlineData("60;x;1;a;dead\n", "line 2", "outcome")]
    [InlineData("60;x;NaN;a;ill\n", "line 2", "dose")]
    [InlineData("60;x;1;a\n", "line 2", "5")]
    [InlineData("60;x;1;a;ill;7\n", "line 2", "5")]
    public void Read_BrokenRow_NamesFileLineAndColumn(string rows, string line, string what)
    {
        var error = Assert.Throws<InvalidDataException>(() => Load("age;note;dose;ward;outcome\n" + rows));

        Assert.Contains("patients.csv", error.Message, StringComparison.Ordinal);
        Assert.Contains(line, error.Message, StringComparison.Ordinal);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Digest_OfFilesThatSayTheSame_IsTheSame()
    {
        var spelled = Parse(Schema);
        var reordered = Parse("""
            { "columns": [
                { "type": "numeric", "name": "age", "missing": "drop", "scaling": { "std": 10.0, "mean": 5e1 } },
                { "name": "note", "type": "ignore" },
                { "name": "dose", "type": "numeric", "missing": "mean", "scaling": { "max": 4, "min": 0 } },
                { "name": "ward", "type": "categorical", "dropFirst": true, "levels": ["a", "b", "c"], "missing": { "value": "b" } },
                { "name": "outcome", "type": "label", "levels": ["well", "ill"] } ],
              "delimiter": ";", "header": true, "kind": "table" }
            """);

        Assert.Equal(spelled.Digest, reordered.Digest);
        Assert.Equal(spelled.Digest, DataSchema.Parse(spelled.Canonical.Span).Digest);
        Assert.NotEqual(spelled.Digest, Parse(Schema.Replace("\"std\": 10", "\"std\": 11", StringComparison.Ordinal)).Digest);
    }

    [Theory]
    [InlineData("""{ "kind": "poem" }""", "kind")]
    [InlineData("""{ "kind": "table", "columns": [] }""", "columns")]
    [InlineData("""{ "kind": "table", "columns": [ { "name": "a", "type": "numeric" } ] }""", "label")]
    [InlineData("""{ "kind": "table", "columns": [ { "name": "a", "type": "spline" } ] }""", "spline")]
    [InlineData("not json", "JSON")]
    public void Parse_MalformedSchema_SaysWhatWasExpected(string schema, string what) =>
        Assert.Contains(what, Assert.Throws<InvalidDataException>(() => Parse(schema)).Message, StringComparison.Ordinal);

    [Fact]
    public void Schema_WithTextThatIsNoUtf8_IsInvalidData() =>
        Assert.Contains(
            "not valid Unicode",
            Assert.Throws<InvalidDataException>(() => DataSchema.Parse([.. "{\"kind\":\"ima"u8, 0xFF, .. "\"}"u8])).Message,
            StringComparison.Ordinal);

    private static DataSchema Parse(string schema) => DataSchema.Parse(Encoding.UTF8.GetBytes(schema));

    private static LocalData Load(string text)
    {
        using var folder = new TempFolder();
        using var source = new CsvRecordSource(folder.Write("patients.csv", text), (TableSchema)Parse(Schema));
        return DataSet.FromRecords(Parse(Schema), RecordSources.ReadAll(source), []);
    }

    private static float[] Row(LocalData data, int index)
    {
        var row = new float[data.Train.FeatureCount];
        data.Train.CopyFeatures(index, row);
        return row;
    }
}
