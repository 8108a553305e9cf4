using System.Buffers.Binary;
using System.Text;
using FedLearn.Client.Vault;

namespace FedLearn.Training.Data;

/// <summary>
/// A delimited text file as records of a <see cref="TableSchema"/>, read line by line. Fields may be quoted as in RFC 4180, but do
/// not run over lines; white space around fields is trimmed; empty lines are passed over. Rows that a missing value drops are counted.
/// </summary>
public sealed class CsvRecordSource : IRecordSource
{
    private readonly string _path;
    private readonly TableSchema _schema;
    private readonly IReadOnlySet<int>? _lines;
    private readonly StreamReader _reader;
    private readonly CsvLine _line;
    private int _lineNumber;

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file, UTF-8.</param>
    /// <param name="schema">Its columns.</param>
    /// <param name="lines">Read only these lines, counted from 0 (the header, where there is one, is line 0); null = all.</param>
    /// <exception cref="InvalidDataException">The header does not name the schema's columns.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public CsvRecordSource(string path, TableSchema schema, IReadOnlySet<int>? lines = null)
    {
        (_path, _schema, _lines) = (path, schema, lines);
        _line = new(schema.Delimiter);
        _reader = new(path, Encoding.UTF8);
        if (schema.Header)
        {
            try
            {
                CheckHeader();
            }
            catch
            {
                _reader.Dispose();
                throw;
            }
        }
    }

    /// <summary>Rows left out so far because a value was missing.</summary>
    public int DroppedRows { get; private set; }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Schema => _schema.Canonical;

    /// <inheritdoc/>
    public int RecordLength => _schema.RecordLength;

    /// <inheritdoc/>
    public bool TryRead(Span<byte> record)
    {
        while (_reader.ReadLine() is { } text)
        {
            var index = _lineNumber++;
            if (string.IsNullOrWhiteSpace(text) || _lines?.Contains(index) == false)
            {
                continue;
            }

            Split(text);
            if (TryFill(record))
            {
                return true;
            }

            DroppedRows++;
        }

        return false;
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private void Split(string text)
    {
        if (!_line.TrySplit(text, out var problem))
        {
            throw Error(_line.Count, problem);
        }

        if (_line.Count != _schema.Columns.Length)
        {
            throw new InvalidDataException(
                $"{_path}, line {_lineNumber}: expected {_schema.Columns.Length} columns, found {_line.Count}");
        }
    }

    /// <summary>Fills the record; false where a missing value drops the row. Every field is checked, dropped row or not.</summary>
    private bool TryFill(Span<byte> record)
    {
        var (offset, complete, label) = (0, true, 0f);
        for (var c = 0; c < _schema.Columns.Length; c++)
        {
            var column = _schema.Columns[c];
            if (column.Type == ColumnType.Ignore)
            {
                continue;
            }

            complete &= TryValue(c, out var value);
            if (column.Type == ColumnType.Label)
            {
                label = value;
                continue;
            }

            BinaryPrimitives.WriteSingleLittleEndian(record[offset..], value);
            offset += sizeof(float);
        }

        BinaryPrimitives.WriteSingleLittleEndian(record[offset..], label);
        return complete;
    }

    private bool TryValue(int index, out float value)
    {
        var column = _schema.Columns[index];
        var text = _line[index];
        value = float.NaN;
        if (MissingRule.IsMissing(text))
        {
            if (column.Missing.Kind != MissingKind.Constant)
            {
                return column.Missing.Kind == MissingKind.Mean;
            }

            text = column.Missing.Value;
        }

        return TableField.TryParse(column, text, out value)
            ? true
            : throw Error(index, $"expected {TableField.Expected(column)}, found '{text}'");
    }

    private void CheckHeader()
    {
        _lineNumber = 1;
        Split(_reader.ReadLine() ?? throw new InvalidDataException($"{_path}: expected a header line, found an empty file"));
        for (var c = 0; c < _schema.Columns.Length; c++)
        {
            if (!_line[c].SequenceEqual(_schema.Columns[c].Name))
            {
                throw Error(c, $"the schema names this column '{_schema.Columns[c].Name}', the header '{_line[c]}'");
            }
        }
    }

    private InvalidDataException Error(int column, string problem)
    {
        var name = column < _schema.Columns.Length ? $" '{_schema.Columns[column].Name}'" : "";
        return new($"{_path}, line {_lineNumber}, column {column + 1}{name}: {problem}");
    }
}
