using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FedLearn.Core.Proofs.Statements;

/// <summary>
/// The bytes of what is signed or logged: one JSON object without white space, its members in alphabetical order; of a statement that is
/// signed a line before it says which kind it is, so that no signature can be taken for another kind's.
/// </summary>
internal static class StatementBytes
{
    /// <summary>Usual JSON escapes and no others, so that other writers give the same bytes.</summary>
    private static readonly JsonWriterOptions s_compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="domain">The first line, without its line feed; null for none.</param>
    /// <param name="members">Writes the object's members.</param>
    public static byte[] Write(string? domain, Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        if (domain is not null)
        {
            buffer.Advance(Encoding.ASCII.GetBytes(domain, buffer.GetSpan(domain.Length)));
            buffer.Write("\n"u8);
        }

        using (var writer = new Utf8JsonWriter(buffer, s_compact))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The object of a statement of a kind, or null where the bytes are not one.</summary>
    public static JsonDocument? Read(string domain, ReadOnlyMemory<byte> statement)
    {
        if (statement.Length <= domain.Length || statement.Span[domain.Length] != '\n' || !statement.Span[..domain.Length].SequenceEqual(Encoding.ASCII.GetBytes(domain)))
        {
            return null;
        }

        try
        {
            var document = JsonDocument.Parse(statement[(domain.Length + 1)..]);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
