using FedLearn.Training.Data;

namespace FedLearn.Training.Tests.Data;

public class TextRecordSourceTests
{
    private static readonly TextSchema s_schema = new("abcde", 3);

    [Fact]
    public void Records_OfAText_AreItsWindowsAndTheNextCharacter()
    {
        using TextRecordSource train = new(s_schema, "abcdeab", stride: 2), test = new(s_schema, "abcd");

        var data = DataSet.Load(train, test);

        Assert.Equal((2, 3, 5), (data.Train.Count, data.Train.FeatureCount, data.Train.Classes));
        Assert.Equal([3f, 0f], data.Train.Labels.ToArray());
        var row = new float[3];
        data.Train.CopyFeatures(1, row);
        Assert.Equal([2f, 3f, 4f], row);
        Assert.Equal(1, data.Test.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    public void Records_OfATextNoLongerThanAWindow_AreNone(string text)
    {
        using TextRecordSource source = new(s_schema, text);
        Assert.Empty(RecordSources.ReadAll(source));
    }

    [Fact]
    public void Read_ACharacterOutsideTheAlphabet_SaysWhichAndWhere()
    {
        using TextRecordSource source = new(s_schema, "abxde");
        var error = Assert.Throws<InvalidDataException>(() => RecordSources.ReadAll(source));
        Assert.Contains("character 2 of the text, U+0078", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ByRole_OfAPlay_JoinsEachRolesSpeeches() =>
        Assert.Equal(
            [("All", "Speak!\nAgain!"), ("First Citizen", "You are\nresolved.")],
            TextRecordSource.ByRole("All:\nSpeak!\n\nFirst Citizen:\nYou are\nresolved.\n\nNobody:\n\nAll:\nAgain!\n"));

    [Fact]
    public void ByRole_OfATextWithoutRoles_SaysWhere()
    {
        var error = Assert.Throws<InvalidDataException>(() => TextRecordSource.ByRole("All:\nSpeak!\n\nno role\nhere"));
        Assert.Contains("speech 1 (from 0) begins with 'no role'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Schema_InCanonicalForm_IsReadBack()
    {
        var schema = Assert.IsType<TextSchema>(DataSchema.Parse(new TextSchema(" \"é\n", 80).Canonical.Span));
        Assert.Equal((" \"é\n", 80, 4, 81), (schema.Alphabet, schema.Length, schema.Classes, schema.RecordLength));
        Assert.Equal(new TextSchema(" \"é\n", 80).Digest, schema.Digest);
    }

    [Theory]
    [InlineData("""{"kind":"text","alphabet":"aa","length":3}""", "schema.alphabet: expected 2 to 256 different characters, got 2, 1 of them different")]
    [InlineData("""{"kind":"text","alphabet":"ab","length":0}""", "schema.length: expected a whole number from 1 to 1024")]
    public void Schema_ThatIsWrong_SaysWhere(string json, string message) =>
        Assert.StartsWith(
            message, Assert.Throws<InvalidDataException>(() => DataSchema.Parse(System.Text.Encoding.UTF8.GetBytes(json))).Message, StringComparison.Ordinal);

    [Fact]
    public void Decode_ANumberOutsideTheAlphabet_SaysWhere()
    {
        var error = Assert.Throws<InvalidDataException>(() => DataSet.FromRecords(s_schema, [0, 1, 5, 2], []));
        Assert.Contains("record 0 has the character 5 at 2", error.Message, StringComparison.Ordinal);
    }
}
