using System.Security.Cryptography;
using System.Text.Json;

namespace FedLearn.Training.Data;

/// <summary>
/// What a record's bytes mean, as a JSON object whose <c>kind</c> is <c>images</c>, <c>table</c> or <c>text</c>. The canonical form states every
/// default, its properties in a fixed order without white space, so that files which say the same have the same digest.
/// </summary>
public abstract class DataSchema
{
    private byte[]? _canonical;

    private protected DataSchema()
    {
    }

    /// <summary>The length of a record in bytes.</summary>
    public abstract int RecordLength { get; }

    /// <summary>Features of an example, once decoded.</summary>
    public abstract int FeatureCount { get; }

    /// <summary>Labels are whole numbers below this; 0 where they are real numbers.</summary>
    public abstract int Classes { get; }

    /// <summary>The schema in canonical form: UTF-8 JSON.</summary>
    public ReadOnlyMemory<byte> Canonical => _canonical ??= ToCanonical();

    /// <summary>SHA-256 (lower-case hex) of <see cref="Canonical"/>: the digest that runs name.</summary>
    public string Digest => Convert.ToHexStringLower(SHA256.HashData(Canonical.Span));

    /// <summary>Reads a schema.</summary>
    /// <exception cref="InvalidDataException">It is no schema; the message says where and what was expected.</exception>
    public static DataSchema Parse(ReadOnlySpan<byte> json)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(
                json.ToArray(), new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"the schema is not JSON: {e.Message}", e);
        }

        try
        {
            var root = new SchemaNode(document.RootElement, "schema");
            return root.Text("kind", null) switch
            {
                "images" => ImageSchema.Read(root),
                "table" => TableSchema.Read(root),
                "text" => TextSchema.Read(root),
                var other => throw root.Error("kind", "\"images\", \"table\" or \"text\"", $"\"{other}\""),
            };
        }
        catch (InvalidOperationException e)
        {
            // How JsonElement says that a string is no valid UTF-8 or UTF-16.
            throw new InvalidDataException("the schema holds text that is not valid Unicode", e);
        }
        finally
        {
            document.Dispose();
        }
    }

    /// <summary>Reads a schema file.</summary>
    /// <exception cref="InvalidDataException">It is no schema; the message names the file.</exception>
    public static DataSchema Load(string path)
    {
        try
        {
            return Parse(File.ReadAllBytes(path));
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    internal abstract (DataSet Train, DataSet Test) Decode(ReadOnlySpan<byte> train, ReadOnlySpan<byte> test);

    internal void RequireWholeRecords(ReadOnlySpan<byte> records)
    {
        if (records.Length % RecordLength != 0)
        {
            throw new InvalidDataException($"{records.Length} bytes are no whole number of records of {RecordLength} bytes");
        }
    }

    private protected abstract void WriteCanonical(Utf8JsonWriter json);

    private byte[] ToCanonical()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            WriteCanonical(json);
        }

        return buffer.ToArray();
    }
}
