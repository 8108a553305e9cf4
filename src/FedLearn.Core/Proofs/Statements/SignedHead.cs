using System.Text;
using System.Text.Json;

namespace FedLearn.Core.Proofs.Statements;

/// <summary>A head of the log with its signature and the key that it claims.</summary>
/// <param name="Statement">The signed bytes.</param>
/// <param name="Signature">Their signature.</param>
/// <param name="PublicKey">The key, DER.</param>
public sealed record SignedHead(byte[] Statement, byte[] Signature, byte[] PublicKey)
{
    /// <summary>What it says, where its key has signed that; null otherwise.</summary>
    public HeadStatement? Verify()
    {
        using var key = StatementKey.TryRead(PublicKey);
        return key is not null && key.HasSigned(Statement, Signature) ? HeadStatement.Read(Statement) : null;
    }

    /// <summary>A JSON object of the three in base64, with the statement once more in clear for a reader; indented.</summary>
    public string ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteBase64String("statement", Statement);
            json.WriteBase64String("signature", Signature);
            json.WriteBase64String("publicKey", PublicKey);
            json.WriteString("says", Encoding.UTF8.GetString(Statement));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote; null where it is something else.</summary>
    public static SignedHead? FromJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var json = document.RootElement;
            return new SignedHead(json.GetProperty("statement").GetBytesFromBase64(), json.GetProperty("signature").GetBytesFromBase64(), json.GetProperty("publicKey").GetBytesFromBase64());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
