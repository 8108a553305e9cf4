using System.Collections.Frozen;
using System.Text.Json;

namespace FedLearn.Training.Data;

/// <summary>
/// Text, cut into windows with the character that comes next: <c>{"kind":"text","alphabet":" abc","length":80}</c>. A record is the numbers of
/// the window's characters in the alphabet (1 byte each, from 0), then that of the next one, which is the label. A feature is a character's number.
/// </summary>
public sealed class TextSchema : DataSchema
{
    private readonly FrozenDictionary<char, byte> _numbers;

    /// <summary>Creates a schema.</summary>
    /// <param name="alphabet">2 to 256 different characters (UTF-16 units).</param>
    /// <param name="length">Characters of a window, 1 to 1024.</param>
    /// <exception cref="ArgumentException">The alphabet has too few, too many or equal characters, or the length is out of bounds.</exception>
    public TextSchema(string alphabet, int length)
    {
        if (alphabet.Length is < 2 or > 256 || alphabet.Distinct().Count() != alphabet.Length)
        {
            throw new ArgumentException($"expected 2 to 256 different characters, got {alphabet.Length}, {alphabet.Distinct().Count()} of them different", nameof(alphabet));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, 1024);
        (Alphabet, Length) = (alphabet, length);
        _numbers = alphabet.Index().ToFrozenDictionary(c => c.Item, c => (byte)c.Index);
    }

    /// <summary>The characters, in the order of their numbers.</summary>
    public string Alphabet { get; }

    /// <summary>Characters of a window.</summary>
    public int Length { get; }

    /// <inheritdoc/>
    public override int RecordLength => Length + 1;

    /// <inheritdoc/>
    public override int FeatureCount => Length;

    /// <inheritdoc/>
    public override int Classes => Alphabet.Length;

    /// <summary>The different characters of a text, in the order of their codes.</summary>
    public static string AlphabetOf(string text) => new([.. text.Distinct().Order()]);

    /// <summary>The character's number, or null where it is not in the alphabet.</summary>
    public byte? NumberOf(char character) => _numbers.TryGetValue(character, out var number) ? number : null;

    internal static TextSchema Read(SchemaNode root)
    {
        var length = root.Whole("length", 1, 1024);
        try
        {
            return new(root.Text("alphabet", null), length);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{root.Path}.alphabet: {e.Message}", e);
        }
    }

    internal override (DataSet Train, DataSet Test) Decode(ReadOnlySpan<byte> train, ReadOnlySpan<byte> test) =>
        (Decode(train), Decode(test));

    private protected override void WriteCanonical(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("alphabet", Alphabet);
        json.WriteString("kind", "text");
        json.WriteNumber("length", Length);
        json.WriteEndObject();
    }

    private DataSet Decode(ReadOnlySpan<byte> records)
    {
        var count = records.Length / RecordLength;
        var labels = new float[count];
        var features = new float[count * Length];
        for (var i = 0; i < records.Length; i++)
        {
            var (record, place) = (i / RecordLength, i % RecordLength);
            if (records[i] >= Classes)
            {
                throw new InvalidDataException($"record {record} has the character {records[i]} at {place}, but the alphabet has {Classes}");
            }

            (place == Length ? ref labels[record] : ref features[(record * Length) + place]) = records[i];
        }

        return DataSet.FromFloats(features, labels, Length, Classes);
    }
}
