using FedLearn.Client.Vault;

namespace FedLearn.Training.Data;

/// <summary>The windows of a text as records of <see cref="TextSchema"/>; a text that is no longer than a window has none.</summary>
public sealed class TextRecordSource : IRecordSource
{
    private readonly TextSchema _schema;
    private readonly string _text;
    private readonly int _stride;
    private int _next;

    /// <summary>Creates a source.</summary>
    /// <param name="schema">Alphabet and length of the windows.</param>
    /// <param name="text">The text.</param>
    /// <param name="stride">From one window's begin to the next, at least 1.</param>
    public TextRecordSource(TextSchema schema, string text, int stride = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        (_schema, _text, _stride) = (schema, text, stride);
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Schema => _schema.Canonical;

    /// <inheritdoc/>
    public int RecordLength => _schema.RecordLength;

    /// <summary>
    /// The speaking roles of a play and what each says, in the order of their first words. Speeches are separated by an empty line; the first line
    /// of each is the role's name and a colon. A role's speeches are joined by line ends; a role that says nothing is left out.
    /// </summary>
    /// <exception cref="InvalidDataException">A speech does not begin so; the message says which.</exception>
    public static IReadOnlyList<(string Role, string Text)> ByRole(string play)
    {
        var speeches = play.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        return
        [
            .. speeches.Select(Speech)
                .Where(speech => speech.Text.Length > 0)
                .GroupBy(speech => speech.Role, StringComparer.Ordinal)
                .Select(role => (role.Key, string.Join('\n', role.Select(speech => speech.Text)))),
        ];
    }

    /// <inheritdoc/>
    public bool TryRead(Span<byte> record)
    {
        if (_next + _schema.Length >= _text.Length)
        {
            return false;
        }

        for (var i = 0; i <= _schema.Length; i++)
        {
            record[i] = _schema.NumberOf(_text[_next + i])
                ?? throw new InvalidDataException($"character {_next + i} of the text, U+{(int)_text[_next + i]:X4}, is not in the alphabet");
        }

        _next += _stride;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static (string Role, string Text) Speech(string speech, int number)
    {
        var lines = speech.Trim('\n').Split('\n', 2);
        return lines[0].EndsWith(':')
            ? (lines[0][..^1], lines.Length > 1 ? lines[1] : "")
            : throw new InvalidDataException($"speech {number} (from 0) begins with '{lines[0]}'; expected a role's name and a colon");
    }
}
