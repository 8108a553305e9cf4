using System.Buffers.Binary;
using System.Text.Json;

namespace FedLearn.Core.Models;

/// <summary>
/// The safetensors file format (<see href="https://github.com/huggingface/safetensors"/>): 8 bytes with the header's length (unsigned,
/// little-endian), the header (a JSON object: tensor name to dtype, shape and data_offsets; text under <c>__metadata__</c>), then the
/// data section. Files written here pad the header with spaces so that the data begins at a multiple of 8.
/// </summary>
public static class Safetensors
{
    /// <summary>Bytes in front of the header.</summary>
    public const int PrefixLength = 8;

    /// <summary>The longest header that is read: 16 MiB.</summary>
    public const int MaxHeaderLength = 16 << 20;

    internal const string MetadataName = "__metadata__";

    /// <summary>The bytes in front of a model's vector: prefix and header. These bytes and the vector are the whole file.</summary>
    /// <param name="manifest">The tensors, in vector order.</param>
    /// <param name="metadata">Text by name for <c>__metadata__</c>; written in ordinal order.</param>
    public static byte[] WriteHeader(ModelManifest manifest, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var stream = new MemoryStream();
        stream.Write(stackalloc byte[PrefixLength]);
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            for (var i = 0; i < manifest.Tensors.Length; i++)
            {
                WriteTensor(json, manifest.Tensors[i], manifest.StartOf(i) * ModelManifest.ElementSize);
            }

            json.WriteEndObject();
        }

        while (stream.Length % 8 != 0)
        {
            stream.WriteByte((byte)' ');
        }

        var bytes = stream.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(bytes, bytes.Length - PrefixLength);
        return bytes;
    }

    /// <summary>
    /// The header's length from a file's first 8 bytes. A file with a problem gives 0 and says what it is.
    /// </summary>
    /// <param name="prefix">The file's first bytes, up to 8.</param>
    /// <param name="fileLength">The file's length in bytes.</param>
    public static (int Length, string? Problem) ReadPrefix(ReadOnlySpan<byte> prefix, long fileLength)
    {
        if (prefix.Length < PrefixLength || fileLength < PrefixLength)
        {
            return (0, $"not a safetensors file: it has {fileLength} bytes, the format begins with {PrefixLength}");
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length is < 2 or > MaxHeaderLength)
        {
            return (0, $"not a safetensors file: its header would have {length:N0} bytes, expected 2 to {MaxHeaderLength:N0}");
        }

        return (long)length > fileLength - PrefixLength
            ? (0, $"the file is cut off: its header has {length:N0} bytes, but only {fileLength - PrefixLength:N0} follow")
            : ((int)length, null);
    }

    /// <summary>Reads and checks a header from an untrusted file.</summary>
    /// <param name="header">The header's bytes, without the 8 in front.</param>
    /// <param name="dataLength">The length of the data section: the file's length less 8 less the header's.</param>
    public static SafetensorsResult ParseHeader(ReadOnlyMemory<byte> header, long dataLength) => SafetensorsReader.Read(header, dataLength);

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is not { Count: > 0 })
        {
            return;
        }

        json.WriteStartObject(MetadataName);
        foreach (var (name, text) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
        {
            json.WriteString(name, text);
        }

        json.WriteEndObject();
    }

    private static void WriteTensor(Utf8JsonWriter json, TensorSpec tensor, long begin)
    {
        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", "F32");
        json.WriteStartArray("shape");
        foreach (var dimension in tensor.Shape)
        {
            json.WriteNumberValue(dimension);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(begin);
        json.WriteNumberValue(begin + tensor.ElementCount * ModelManifest.ElementSize);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
