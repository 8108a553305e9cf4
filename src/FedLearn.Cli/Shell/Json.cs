using System.Text;
using System.Text.Json;

namespace FedLearn.Cli.Shell;

/// <summary>JSON for scripts.</summary>
internal static class Json
{
    /// <summary>Writes one JSON value and a line end; indented where a person would read it.</summary>
    public static void WriteLine(TextWriter output, Action<Utf8JsonWriter> write, bool indented = true)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = indented }))
        {
            write(writer);
        }

        output.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }

    /// <summary>An array's number, likewise.</summary>
    public static void WriteNumberOrNullValue(this Utf8JsonWriter writer, double? value)
    {
        if (value is { } number && double.IsFinite(number))
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    /// <summary>A number; null where there is none, or none that JSON can say, as in a diverged run.</summary>
    public static void WriteNumberOrNull(this Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
        {
            writer.WriteNumber(name, number);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
