using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using FedLearn.Training.Data;
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
        var model = Given.Model("""{"kind":"cnn","height":28,"width":28,"filters":[32,64],"hidden":[512],"classes":10}""");
        Compare(model, Given.Examples(model, 7, seed: 1), scale: 0.05, "cnn");
    }

    [Fact]
    public void Forward_OfANextCharacterModel_EqualsPyTorch()
    {
        var model = Given.Model("""{"kind":"lstm","length":30,"classes":65,"embedding":8,"hidden":70,"layers":2}""");
        Compare(model, Given.Characters(model, 7, seed: 1), scale: 0.3, "lstm", "30", "65", "8", "70", "2");
    }

    private static void Compare(ModelDefinition model, DataSet data, double scale, params string[] torchModel)
    {
        Assert.SkipUnless(HasTorch(), $"{Python} has no PyTorch; on Debian: apt-get install --no-install-recommends python3-torch");
        var parameters = new AlignedFloats((int)model.Manifest.ElementCount);
        Given.Parameters(model, seed: 2, scale).CopyTo(parameters.Span);
        var network = model.CreateNetwork(data.Count, 2);
        network.Gather(data, [.. Enumerable.Range(0, data.Count)]);
        network.Forward(parameters.Pointer, data.Count, differentiate: false);

        var features = new float[data.Count * model.Inputs];
        for (var i = 0; i < data.Count; i++)
        {
            data.CopyFeatures(i, features.AsSpan(i * model.Inputs, model.Inputs));
        }

        var expected = Torch(model, parameters.Span, features, torchModel);

        Assert.Equal(data.Count * model.Outputs, expected.Length);
        Assert.True(expected.Max() - expected.Min() > 1, "the outputs are all about the same");
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], network.Outputs(data.Count)[i], 1e-4 * (1 + Math.Abs(expected[i])));
        }
    }

    private static double[] Torch(ModelDefinition model, ReadOnlySpan<float> parameters, float[] features, string[] torchModel)
    {
        using var folder = new TempFolder();
        folder.Write("parameters.bin", MemoryMarshal.AsBytes(parameters).ToArray());
        folder.Write("features.bin", MemoryMarshal.AsBytes<float>(features).ToArray());
        using var process = Start([Path.Combine(AppContext.BaseDirectory, "torch_forward.py"), folder.Location, .. torchModel]);
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
