using System.Text;
using FedLearn.Training.Data;

namespace FedLearn.Training.Tests.Data;

public sealed class ColumnScalingTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Scaling_OfEachKind_FollowsItsFormula()
    {
        var schema = Table("""
            {"kind":"table","columns":[{"name":"a","type":"numeric","scaling":"site-standardise"},
            {"name":"b","type":"numeric","scaling":{"mean":10,"std":4}},{"name":"c","type":"numeric","scaling":{"min":-1,"max":3}},
            {"name":"y","type":"label"}]}
            """);
        File.WriteAllText(_path, "1,10,-1,0.5\n3,18,1,-2\n8,6,3,7\n");
        using var source = new CsvRecordSource(_path, schema);
        var data = DataSet.FromRecords(schema, RecordSources.ReadAll(source), []);
        var deviation = Math.Sqrt(((9 + 1 + 16) / 2.0));
        Assert.Equal((float)(-3 / (deviation + 1e-9)), Row(data.Train, 0)[0]);
        Assert.Equal([0, 2, -1], Enumerable.Range(0, 3).Select(i => Row(data.Train, i)[1]));
        Assert.Equal([0, 0.5f, 1], Enumerable.Range(0, 3).Select(i => Row(data.Train, i)[2]));
        Assert.Equal([0.5f, -2, 7], data.Train.Labels.ToArray());
        Assert.Equal(0, data.Train.Classes);
    }

    private static float[] Row(DataSet data, int index)
    {
        var row = new float[data.FeatureCount];
        data.CopyFeatures(index, row);
        return row;
    }

    private static TableSchema Table(string json) => (TableSchema)DataSchema.Parse(Encoding.UTF8.GetBytes(json));
}
