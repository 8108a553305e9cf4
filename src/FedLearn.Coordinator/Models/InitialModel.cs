using FedLearn.Coordinator.Storage.Vectors;
using FedLearn.Core.Models;
using FedLearn.Core.Proofs;

namespace FedLearn.Coordinator.Models;

/// <summary>Takes initial parameters from a safetensors file that came from outside.</summary>
internal static class InitialModel
{
    /// <summary>Copies the file's tensors into manifest order.</summary>
    /// <exception cref="InvalidDataException">The file is not a model of this shape, or holds NaN or Inf.</exception>
    public static void Copy(Stream file, ModelManifest manifest, BlockVectorWriter writer)
    {
        var prefix = new byte[Safetensors.PrefixLength];
        if (file.ReadAtLeast(prefix, prefix.Length, throwOnEndOfStream: false) < prefix.Length)
        {
            throw new InvalidDataException($"expected a safetensors file, got {file.Length} bytes");
        }

        var (headerLength, problem) = Safetensors.ReadPrefix(prefix, file.Length);
        ThrowIf(problem);
        var header = new byte[headerLength];
        file.ReadExactly(header);
        var start = file.Position;
        var parsed = Safetensors.ParseHeader(header, file.Length - start);
        ThrowIf(parsed.Problem);
        var placed = parsed.Layout!.Place(manifest);
        ThrowIf(placed.Problem);

        var buffer = new byte[BlockDigest.BlockSize];
        var (block, filled) = (0, 0);
        foreach (var tensor in placed.Placements)
        {
            file.Position = start + tensor.FileOffset;
            for (var left = tensor.Length; left > 0;)
            {
                var piece = buffer.AsSpan(filled, (int)Math.Min(writer.LengthOf(block) - filled, left));
                file.ReadExactly(piece);
                (filled, left) = (filled + piece.Length, left - piece.Length);
                if (filled == writer.LengthOf(block))
                {
                    writer.Write(block++, buffer.AsSpan(0, filled));
                    filled = 0;
                }
            }
        }

        if (!writer.AllFinite)
        {
            throw new InvalidDataException("the file holds NaN or Inf; expected finite values only");
        }
    }

    private static void ThrowIf(string? problem)
    {
        if (problem is not null)
        {
            throw new InvalidDataException(problem);
        }
    }
}
