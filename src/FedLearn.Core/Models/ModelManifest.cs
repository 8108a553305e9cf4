using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;

namespace FedLearn.Core.Models;

/// <summary>
/// The tensors of a model in order. A model's vector is the concatenation of their float32 values, little-endian, row-major:
/// the data section of its safetensors file.
/// </summary>
public sealed class ModelManifest
{
    /// <summary>Bytes of one element: float32.</summary>
    public const int ElementSize = sizeof(float);

    private readonly ImmutableArray<long> _starts;

    /// <summary>Creates a manifest.</summary>
    /// <exception cref="ArgumentException">There is no tensor, a name repeats, or a dimension is below 1.</exception>
    public ModelManifest(IEnumerable<TensorSpec> tensors)
    {
        Tensors = [.. tensors];
        if (Problem(Tensors) is { } problem)
        {
            throw new ArgumentException(problem, nameof(tensors));
        }

        var starts = ImmutableArray.CreateBuilder<long>(Tensors.Length);
        foreach (var tensor in Tensors)
        {
            starts.Add(ElementCount);
            ElementCount = checked(ElementCount + tensor.ElementCount);
        }

        _starts = starts.MoveToImmutable();
        Hash = ComputeHash(Tensors);
    }

    /// <summary>The tensors, in vector order.</summary>
    public ImmutableArray<TensorSpec> Tensors { get; }

    /// <summary>The number of parameters.</summary>
    public long ElementCount { get; }

    /// <summary>The length of the vector in bytes.</summary>
    public long ByteLength => checked(ElementCount * ElementSize);

    /// <summary>
    /// SHA-256 (lower-case hex) over names, dtypes and shapes in order. The init rules are left out: two sides that agree on the
    /// layout can exchange vectors, however the first one was drawn.
    /// </summary>
    public string Hash { get; }

    /// <summary>The first element of tensor <paramref name="index"/> in the vector.</summary>
    public long StartOf(int index) => _starts[index];

    /// <summary>What is wrong with these tensors, or null.</summary>
    public static string? Problem(IReadOnlyCollection<TensorSpec> tensors)
    {
        if (tensors.Count == 0)
        {
            return "a model needs at least one tensor";
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tensor in tensors)
        {
            if (tensor.Name.Length is 0 or > 200 || tensor.Name.Any(char.IsControl))
            {
                return $"tensor name '{tensor.Name}' must have 1 to 200 characters and no control character";
            }

            if (!names.Add(tensor.Name))
            {
                return $"tensor name '{tensor.Name}' stands twice";
            }

            if (tensor.Shape.Any(d => d < 1))
            {
                return $"tensor '{tensor.Name}' has a dimension below 1: [{string.Join(", ", tensor.Shape)}]";
            }
        }

        return null;
    }

    private static string ComputeHash(ImmutableArray<TensorSpec> tensors)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var tensor in tensors)
            {
                json.WriteStartObject();
                json.WriteString("name", tensor.Name);
                json.WriteString("dtype", "F32");
                json.WriteStartArray("shape");
                foreach (var dimension in tensor.Shape)
                {
                    json.WriteNumberValue(dimension);
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan));
    }
}
