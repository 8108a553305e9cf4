using System.Text.Json;

namespace FedLearn.Training.Data;

/// <summary>
/// Grey images with a class each: <c>{"kind":"images","height":28,"width":28,"classes":10}</c>. A record is the class (1 byte), then
/// height x width bytes row by row, 0 = background, 255 = ink; a feature is a byte/255.
/// </summary>
public sealed class ImageSchema : DataSchema
{
    /// <summary>Creates a schema; sides are 1 to 4096 pixels, classes 2 to 256.</summary>
    public ImageSchema(int height, int width, int classes) => (Height, Width, Classes) = (height, width, classes);

    /// <summary>28 x 28 pixels and ten classes: MNIST and the generated digits.</summary>
    public static ImageSchema Digits { get; } = new(28, 28, 10);

    /// <summary>Rows of pixels.</summary>
    public int Height { get; }

    /// <summary>Pixels of a row.</summary>
    public int Width { get; }

    /// <inheritdoc/>
    public override int Classes { get; }

    /// <inheritdoc/>
    public override int FeatureCount => Height * Width;

    /// <inheritdoc/>
    public override int RecordLength => 1 + FeatureCount;

    internal static ImageSchema Read(SchemaNode root) =>
        new(root.Whole("height", 1, 4096), root.Whole("width", 1, 4096), root.Whole("classes", 2, 256));

    internal override (DataSet Train, DataSet Test) Decode(ReadOnlySpan<byte> train, ReadOnlySpan<byte> test) =>
        (Decode(train), Decode(test));

    private protected override void WriteCanonical(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("classes", Classes);
        json.WriteNumber("height", Height);
        json.WriteString("kind", "images");
        json.WriteNumber("width", Width);
        json.WriteEndObject();
    }

    private DataSet Decode(ReadOnlySpan<byte> records)
    {
        var count = records.Length / RecordLength;
        var labels = new float[count];
        var pixels = new byte[count * FeatureCount];
        for (var i = 0; i < count; i++)
        {
            var record = records.Slice(i * RecordLength, RecordLength);
            if (record[0] >= Classes)
            {
                throw new InvalidDataException($"record {i} has the label {record[0]}, but the schema has {Classes} classes");
            }

            labels[i] = record[0];
            record[1..].CopyTo(pixels.AsSpan(i * FeatureCount));
        }

        return DataSet.FromBytes(pixels, labels, FeatureCount, Classes);
    }
}
