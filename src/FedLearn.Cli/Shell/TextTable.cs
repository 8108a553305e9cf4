using Spectre.Console;

namespace FedLearn.Cli.Shell;

/// <summary>A table for people: ruled on a terminal, aligned columns elsewhere. Cells are plain text.</summary>
internal sealed class TextTable(params string[] columns)
{
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row with one cell per column.</summary>
    public void Add(params string[] cells)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(cells.Length, columns.Length);
        _rows.Add(cells);
    }

    /// <summary>Writes the table.</summary>
    public void Write(TextWriter output)
    {
        if (Terminal.Is(output))
        {
            AnsiConsole.Write(Ruled());
            return;
        }

        var widths = columns.Select((title, i) => _rows.Select(r => r[i].Length).Append(title.Length).Max()).ToArray();
        foreach (var row in _rows.Prepend([.. columns.Select(c => c.ToUpperInvariant())]))
        {
            output.WriteLine(string.Join("  ", row.Select((cell, i) => cell.PadRight(widths[i]))).TrimEnd());
        }
    }

    /// <summary>The table as Spectre draws it.</summary>
    public Table Ruled()
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(Markup.Escape(column)));
        }

        foreach (var row in _rows)
        {
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        return table;
    }
}
