using System.Buffers;
using System.Text;
using System.Text.Json;

namespace FedLearn.Core.Specs;

/// <summary>Words for mistakes: what came, and which name was probably meant.</summary>
internal static class SpecText
{
    private const int MaxShown = 60;

    /// <summary>A JSON value as it came, cut where it is long.</summary>
    public static string Show(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= MaxShown ? text : text[..MaxShown] + "...";
    }

    /// <summary>A JSON value without white space and comments.</summary>
    public static string Compact(JsonElement value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            value.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>The parser's own reason without the position, which is said in front.</summary>
    public static string Reason(JsonException e)
    {
        var position = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return position < 0 ? e.Message : e.Message[..position];
    }

    /// <summary>The known name nearest to one that is unknown.</summary>
    public static string? Nearest(string name, IEnumerable<string> known) => known.MinBy(k => Distance(name, k));

    /// <summary>Whether two names are so alike that one is probably a slip for the other.</summary>
    public static bool AreClose(string a, string b) => Distance(a, b) <= Math.Min(2, b.Length / 3);

    /// <summary>The Levenshtein distance, upper and lower case being the same.</summary>
    internal static int Distance(string a, string b)
    {
        if (a.Length > 100)
        {
            return int.MaxValue;
        }

        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substitution = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitution, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
