using System.Runtime.InteropServices;
using FedLearn.Cli.Shell;
using FedLearn.Core.Models;

namespace FedLearn.Cli.Runs;

/// <summary>Reads a model's vector from a safetensors file.</summary>
internal static class ModelFile
{
    /// <summary>The parameters in manifest order.</summary>
    public static float[] ReadVector(string path, ModelManifest manifest)
    {
        using var file = File.OpenHandle(path);
        var length = RandomAccess.GetLength(file);
        var prefix = new byte[Safetensors.PrefixLength];
        RandomAccess.Read(file, prefix, 0);
        var (headerLength, problem) = Safetensors.ReadPrefix(prefix, length);
        if (problem is not null)
        {
            throw new CliException($"{path}: {problem}");
        }

        var header = new byte[headerLength];
        RandomAccess.Read(file, header, Safetensors.PrefixLength);
        var start = Safetensors.PrefixLength + headerLength;
        var layout = Safetensors.ParseHeader(header, length - start);
        if ((layout.Problem ?? layout.Layout!.Place(manifest).Problem) is { } mismatch)
        {
            throw new CliException($"{path}: {mismatch}");
        }

        var vector = new float[manifest.ElementCount];
        foreach (var placement in layout.Layout!.Place(manifest).Placements)
        {
            var bytes = MemoryMarshal.AsBytes(vector.AsSpan()).Slice((int)placement.VectorOffset, (int)placement.Length);
            RandomAccess.Read(file, bytes, start + placement.FileOffset);
        }

        return vector;
    }
}
