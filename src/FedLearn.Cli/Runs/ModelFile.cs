using System.Runtime.InteropServices;
using FedLearn.Cli.Shell;
using FedLearn.Core.Models;
using Microsoft.Win32.SafeHandles;

namespace FedLearn.Cli.Runs;

/// <summary>Reads models from safetensors files.</summary>
internal static class ModelFile
{
    /// <summary>The parameters in manifest order.</summary>
    public static float[] ReadVector(string path, ModelManifest manifest)
    {
        using var file = File.OpenHandle(path);
        var (layout, start) = ReadLayout(path, file);
        var placed = layout.Place(manifest);
        if (placed.Problem is { } mismatch)
        {
            throw new CliException($"{path}: {mismatch}");
        }

        var vector = new float[manifest.ElementCount];
        foreach (var placement in placed.Placements)
        {
            var bytes = MemoryMarshal.AsBytes(vector.AsSpan()).Slice((int)placement.VectorOffset, (int)placement.Length);
            RandomAccess.Read(file, bytes, start + placement.FileOffset);
        }

        return vector;
    }

    /// <summary>All tensors by name, in the file's order.</summary>
    public static IReadOnlyDictionary<string, float[]> ReadTensors(string path)
    {
        using var file = File.OpenHandle(path);
        var (layout, start) = ReadLayout(path, file);
        var tensors = new OrderedDictionary<string, float[]>(StringComparer.Ordinal);
        foreach (var entry in layout.Entries.OrderBy(e => e.Begin))
        {
            var values = new float[(entry.End - entry.Begin) / sizeof(float)];
            RandomAccess.Read(file, MemoryMarshal.AsBytes(values.AsSpan()), start + entry.Begin);
            tensors.Add(entry.Name, values);
        }

        return tensors;
    }

    private static (SafetensorsLayout Layout, long DataStart) ReadLayout(string path, SafeFileHandle file)
    {
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
        return layout.Problem is { } mistake ? throw new CliException($"{path}: {mistake}") : (layout.Layout!, start);
    }
}
