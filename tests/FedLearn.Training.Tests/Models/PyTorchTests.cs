using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using FedLearn.Training.Models;
using FedLearn.Training.Models.Kernels;

namespace FedLearn.Training.Tests.Models;

/// <summary>The same parameters in PyTorch's own layers.</summary>
public unsafe class PyTorchTests
{
    private const string Python = "/usr/bin/python3";

    [Fact]
    public void Forward_OfMcMahansNetwork_EqualsPyTorch()
    {
        Assert.SkipUnless(HasTorch(), $"{Python} has no PyTorch; on Debian: apt-get install --no-install-recommends python3-torch");
        const int Count = 7;
        var model = Given.Model("""{"kind":"cnn","height":28,"width":28,"filters":[32,64],"hidden":[512],"classes":10}""");
        var data = Given.Examples(model, Count, seed: 1);
        var parameters = new AlignedFloats((int)model.Manifest.ElementCount);
        Given.Parameters(model, seed: 2, scale: 0.05).CopyTo(parameters.Span);
        var network = model.CreateNetwork(Count, 2);
        network.Gather(data, [.. Enumerable.Range(0, Count)]);
        network.Forward(parameters.Pointer, Count, differentiate: false);

        var images = new float[Count * 784];
        for (var i = 0; i < Count; i++)
        {
            data.CopyFeatures(i, images.AsSpan(i * 784, 784));
        }

        var expected = Torch(model, parameters.Span, images);

        Assert.Equal(Count * 10, expected.Length);
        Assert.True(expected.Max() - expected.Min() > 1, "the outputs are all about the same");
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], network.Outputs(Count)[i], 1e-4 * (1 + Math.Abs(expected[i])));
        }
    }

    private static double[] Torch(ModelDefinition model, ReadOnlySpan<float> parameters, float[] images)
    {
        using var folder = new TempFolder();
        folder.Write("parameters.bin", MemoryMarshal.AsBytes(parameters).ToArray());
        folder.Write("images.bin", MemoryMarshal.AsBytes<float>(images).ToArray());
        using var process = Start(Path.Combine(AppContext.BaseDirectory, "torch_forward.py"), folder.Location);
        foreach (var tensor in model.Manifest.Tensors)
        {
            process.StandardInput.WriteLine($"{tensor.Name} {string.Join(' ', tensor.Shape)}");
        }

        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return [.. output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
    }

    private static bool HasTorch()
    {
        if (!File.Exists(Python))
        {
            return false;
        }

        using var process = Start("-c", "import torch, numpy");
        process.StandardInput.Close();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo(Python, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
}
