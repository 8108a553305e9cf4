using System.Numerics.Tensors;

namespace FedLearn.Training.Data;

/// <summary>Examples in memory, row after row: features as float32, or as bytes that stand for value/255; and one label each.</summary>
public sealed class DataSet
{
    private readonly float[]? _floats;
    private readonly byte[]? _bytes;
    private readonly float[] _labels;

    private DataSet(float[]? floats, byte[]? bytes, float[] labels, int featureCount, int classes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(featureCount, 1);
        var length = floats?.Length ?? bytes!.Length;
        if (length != (long)labels.Length * featureCount)
        {
            throw new ArgumentException($"{labels.Length} labels need {(long)labels.Length * featureCount} feature values, not {length}");
        }

        (_floats, _bytes, _labels, FeatureCount, Classes) = (floats, bytes, labels, featureCount, classes);
    }

    /// <summary>The number of examples; may be 0.</summary>
    public int Count => _labels.Length;

    /// <summary>Features of one example, at least 1.</summary>
    public int FeatureCount { get; }

    /// <summary>Labels are whole numbers below this; 0 where they are real numbers.</summary>
    public int Classes { get; }

    /// <summary>One label per example: a class number or a real target.</summary>
    public ReadOnlySpan<float> Labels => _labels;

    /// <summary>A data set over float32 features [count, featureCount]; the arrays are kept, not copied.</summary>
    public static DataSet FromFloats(float[] features, float[] labels, int featureCount, int classes) =>
        new(features, null, labels, featureCount, classes);

    /// <summary>A data set over byte features [count, featureCount], each read as value/255; the arrays are kept, not copied.</summary>
    public static DataSet FromBytes(byte[] features, float[] labels, int featureCount, int classes) =>
        new(null, features, labels, featureCount, classes);

    /// <summary>
    /// Decodes the records of a vault or source. What the schema takes from this site's own data (its means, say) is taken from the
    /// training records alone.
    /// </summary>
    /// <param name="schema">What a record means.</param>
    /// <param name="train">Training records, one after the other.</param>
    /// <param name="test">Test records, one after the other.</param>
    /// <exception cref="InvalidDataException">The bytes are no whole number of records, or a value is outside the schema.</exception>
    public static LocalData FromRecords(DataSchema schema, ReadOnlySpan<byte> train, ReadOnlySpan<byte> test)
    {
        schema.RequireWholeRecords(train);
        schema.RequireWholeRecords(test);
        var (trainSet, testSet) = schema.Decode(train, test);
        return new(schema, trainSet, testSet);
    }

    /// <summary>Reads two sources of one schema to their ends and decodes them.</summary>
    public static LocalData Load(Client.Vault.IRecordSource train, Client.Vault.IRecordSource test)
    {
        if (!train.Schema.Span.SequenceEqual(test.Schema.Span))
        {
            throw new ArgumentException("the training and the test source have different schemas", nameof(test));
        }

        return FromRecords(DataSchema.Parse(train.Schema.Span), RecordSources.ReadAll(train), RecordSources.ReadAll(test));
    }

    /// <summary>Writes example <paramref name="index"/>'s features into <paramref name="row"/> (<see cref="FeatureCount"/> long).</summary>
    public void CopyFeatures(int index, Span<float> row)
    {
        var start = index * (long)FeatureCount;
        if (_floats is not null)
        {
            _floats.AsSpan((int)start, FeatureCount).CopyTo(row);
            return;
        }

        var bytes = _bytes.AsSpan((int)start, FeatureCount);
        TensorPrimitives.ConvertChecked<byte, float>(bytes, row);
        TensorPrimitives.Multiply(row[..FeatureCount], 1f / 255, row);
    }

    /// <summary>The examples of several data sets, one set after the other.</summary>
    /// <exception cref="ArgumentException">There is none, or they differ in their features or classes.</exception>
    public static DataSet Concat(IReadOnlyList<DataSet> sets)
    {
        if (sets.Count == 0 || sets.Any(s => (s.FeatureCount, s.Classes, s._bytes is null) != (sets[0].FeatureCount, sets[0].Classes, sets[0]._bytes is null)))
        {
            throw new ArgumentException("expected at least one data set, and all with the same features and classes", nameof(sets));
        }

        var floats = sets[0]._floats is null ? null : sets.SelectMany(s => s._floats!).ToArray();
        var bytes = sets[0]._bytes is null ? null : sets.SelectMany(s => s._bytes!).ToArray();
        return new(floats, bytes, [.. sets.SelectMany(s => s._labels)], sets[0].FeatureCount, sets[0].Classes);
    }

    /// <summary>The same examples under other labels.</summary>
    public DataSet WithLabels(float[] labels) => new(_floats, _bytes, labels, FeatureCount, Classes);

    /// <summary>A data set of the examples in a range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range is not within the set.</exception>
    public DataSet Select(Range range)
    {
        var (first, count) = range.GetOffsetAndLength(Count);
        return Select([.. Enumerable.Range(first, count)]);
    }

    /// <summary>A data set of the examples at <paramref name="indices"/>, in that order.</summary>
    public DataSet Select(ReadOnlySpan<int> indices)
    {
        var labels = new float[indices.Length];
        var floats = _floats is null ? null : new float[indices.Length * FeatureCount];
        var bytes = _bytes is null ? null : new byte[indices.Length * FeatureCount];
        for (var i = 0; i < indices.Length; i++)
        {
            labels[i] = _labels[indices[i]];
            _floats?.AsSpan(indices[i] * FeatureCount, FeatureCount).CopyTo(floats.AsSpan(i * FeatureCount));
            _bytes?.AsSpan(indices[i] * FeatureCount, FeatureCount).CopyTo(bytes.AsSpan(i * FeatureCount));
        }

        return new(floats, bytes, labels, FeatureCount, Classes);
    }
}

/// <summary>A participant's data in memory.</summary>
/// <param name="Schema">The schema that all participants share.</param>
/// <param name="Train">What is trained on.</param>
/// <param name="Test">What is evaluated on; may be empty.</param>
public sealed record LocalData(DataSchema Schema, DataSet Train, DataSet Test)
{
    /// <summary>The same examples for a participant that never trains: all of them are evaluated on, the former training examples first.</summary>
    public LocalData ForEvaluation() => new(Schema, Train.Select(0..0), DataSet.Concat([Train, Test]));
}
