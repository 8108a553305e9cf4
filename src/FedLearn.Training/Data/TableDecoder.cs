using System.Runtime.InteropServices;

namespace FedLearn.Training.Data;

/// <summary>Turns a table's records into features: fills in means, spreads levels, scales. Statistics come from the training records.</summary>
internal sealed class TableDecoder(TableSchema schema)
{
    private const double Epsilon = 1e-9;

    private readonly TableColumn[] _numeric = [.. schema.Features.Where(c => c.Type == ColumnType.Numeric)];
    private readonly TableColumn[] _categorical = [.. schema.Features.Where(c => c.Type == ColumnType.Categorical)];

    public (DataSet Train, DataSet Test) Decode(ReadOnlySpan<byte> train, ReadOnlySpan<byte> test)
    {
        var (trainRows, trainLabels) = Spread(MemoryMarshal.Cast<byte, float>(train));
        var (testRows, testLabels) = Spread(MemoryMarshal.Cast<byte, float>(test));
        var feature = 0;
        foreach (var column in _numeric.Concat(_categorical))
        {
            for (var i = 0; i < column.FeatureCount; i++, feature++)
            {
                var (mean, deviation) = Statistics(trainRows, feature);
                var (shift, divisor) = column.Scaling.Kind switch
                {
                    ScalingKind.SiteStandardise => (mean, deviation + Epsilon),
                    ScalingKind.Given => (column.Scaling.First, column.Scaling.Second),
                    ScalingKind.MinMax => (column.Scaling.First, column.Scaling.Second - column.Scaling.First),
                    _ => (0.0, 1.0),
                };
                Scale(trainRows, feature, mean, shift, divisor);
                Scale(testRows, feature, mean, shift, divisor);
            }
        }

        return (ToSet(trainRows, trainLabels), ToSet(testRows, testLabels));
    }

    private DataSet ToSet(double[] rows, float[] labels) =>
        DataSet.FromFloats(Array.ConvertAll(rows, v => (float)v), labels, schema.FeatureCount, schema.Classes);

    private (double[] Rows, float[] Labels) Spread(ReadOnlySpan<float> records)
    {
        var width = schema.Features.Length + 1;
        var count = records.Length / width;
        var rows = new double[count * schema.FeatureCount];
        var labels = new float[count];
        for (var r = 0; r < count; r++)
        {
            var record = records.Slice(r * width, width);
            SpreadRow(record, rows.AsSpan(r * schema.FeatureCount, schema.FeatureCount));
            labels[r] = schema.Classes == 0 || (record[^1] >= 0 && record[^1] < schema.Classes)
                ? record[^1]
                : throw new InvalidDataException($"record {r} has the label {record[^1]}, but the schema has {schema.Classes} classes");
        }

        return (rows, labels);
    }

    private void SpreadRow(ReadOnlySpan<float> record, Span<double> row)
    {
        var numeric = 0;
        var levels = _numeric.Length;
        for (var c = 0; c < schema.Features.Length; c++)
        {
            var column = schema.Features[c];
            if (column.Type == ColumnType.Numeric)
            {
                row[numeric++] = record[c];
                continue;
            }

            var level = (int)record[c] - (column.DropFirst ? 1 : 0);
            if (level >= 0 && level < column.FeatureCount)
            {
                row[levels + level] = 1;
            }

            levels += column.FeatureCount;
        }
    }

    /// <summary>Mean and (n-1) standard deviation of a feature over the rows that have it, in two passes; 0 where there is too little.</summary>
    private (double Mean, double Deviation) Statistics(double[] rows, int feature)
    {
        var (sum, squares, count) = (0.0, 0.0, 0);
        for (var i = feature; i < rows.Length; i += schema.FeatureCount)
        {
            if (!double.IsNaN(rows[i]))
            {
                sum += rows[i];
                count++;
            }
        }

        var mean = count == 0 ? 0 : sum / count;
        for (var i = feature; i < rows.Length; i += schema.FeatureCount)
        {
            squares += double.IsNaN(rows[i]) ? 0 : (rows[i] - mean) * (rows[i] - mean);
        }

        return (mean, count < 2 ? 0 : Math.Sqrt(squares / (count - 1)));
    }

    private void Scale(double[] rows, int feature, double mean, double shift, double divisor)
    {
        for (var i = feature; i < rows.Length; i += schema.FeatureCount)
        {
            rows[i] = ((double.IsNaN(rows[i]) ? mean : rows[i]) - shift) / divisor;
        }
    }
}
