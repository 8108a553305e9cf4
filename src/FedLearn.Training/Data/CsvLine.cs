using System.Diagnostics.CodeAnalysis;

namespace FedLearn.Training.Data;

/// <summary>The fields of one line, without a string for each: ranges into the line with its quotes resolved.</summary>
internal sealed class CsvLine(char delimiter)
{
    private readonly List<Range> _fields = [];
    private char[] _text = new char[256];
    private int _length;

    public int Count => _fields.Count;

    public ReadOnlySpan<char> this[int index] => _text.AsSpan(_fields[index]);

    /// <summary>Splits a line; false with the problem where its quotes do not fit.</summary>
    public bool TrySplit(string line, [NotNullWhen(false)] out string? problem)
    {
        _fields.Clear();
        _length = 0;
        if (_text.Length < line.Length)
        {
            _text = new char[line.Length * 2];
        }

        var rest = line.AsSpan();
        while (true)
        {
            problem = TakeField(ref rest);
            if (problem is not null || rest.IsEmpty)
            {
                return problem is null;
            }

            rest = rest[1..];
            if (rest.IsEmpty)
            {
                _fields.Add(_length.._length);
                return true;
            }
        }
    }

    /// <summary>Takes one field off the rest, which then starts with a delimiter or is empty.</summary>
    private string? TakeField(ref ReadOnlySpan<char> rest)
    {
        var start = _length;
        var trimmed = rest.TrimStart(' ');
        if (trimmed.IsEmpty || trimmed[0] != '"')
        {
            var end = rest.IndexOf(delimiter);
            var field = (end < 0 ? rest : rest[..end]).Trim();
            Append(field);
            rest = end < 0 ? [] : rest[end..];
            _fields.Add(start.._length);
            return null;
        }

        rest = trimmed[1..];
        while (true)
        {
            var quote = rest.IndexOf('"');
            if (quote < 0)
            {
                return "a quoted field does not end on its line";
            }

            Append(rest[..quote]);
            rest = rest[(quote + 1)..];
            if (rest.IsEmpty || rest[0] != '"')
            {
                break;
            }

            Append("\"");
            rest = rest[1..];
        }

        rest = rest.TrimStart(' ');
        _fields.Add(start.._length);
        return rest.IsEmpty || rest[0] == delimiter ? null : $"expected '{delimiter}' after a quoted field, found '{rest[0]}'";
    }

    private void Append(ReadOnlySpan<char> text)
    {
        text.CopyTo(_text.AsSpan(_length));
        _length += text.Length;
    }
}
