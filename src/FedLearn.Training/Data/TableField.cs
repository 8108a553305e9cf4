using System.Globalization;

namespace FedLearn.Training.Data;

/// <summary>Turns a field's text into the number that stands for it in a record.</summary>
internal static class TableField
{
    /// <summary>The number, or false where the text is none that the column can hold.</summary>
    public static bool TryParse(TableColumn column, ReadOnlySpan<char> text, out float value)
    {
        value = 0;
        if (!column.Levels.IsEmpty)
        {
            var level = LevelOf(column, text);
            value = level;
            return level >= 0;
        }

        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || !float.IsFinite((float)number))
        {
            return false;
        }

        value = column.Positive is { } rule ? rule.Holds(number) ? 1 : 0 : (float)number;
        return true;
    }

    /// <summary>What the column can hold, for messages.</summary>
    public static string Expected(TableColumn column) => column.Levels.IsEmpty
        ? "a number"
        : $"one of {string.Join(", ", column.Levels.Take(12))}{(column.Levels.Length > 12 ? ", ..." : "")}";

    private static int LevelOf(TableColumn column, ReadOnlySpan<char> text)
    {
        var isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number);
        for (var i = 0; i < column.Levels.Length; i++)
        {
            // "1" and "1.0" are one level: files of the same data differ in how they write it.
            if (text.SequenceEqual(column.Levels[i])
                || (isNumber && double.TryParse(column.Levels[i], NumberStyles.Float, CultureInfo.InvariantCulture, out var level) && level == number))
            {
                return i;
            }
        }

        return -1;
    }
}
