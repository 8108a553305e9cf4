using System.Diagnostics;
using System.Globalization;

namespace FedLearn.Benchmarks;

/// <summary>A Python process with PyTorch that trains on request: <c>model batch examples</c> in, samples per second out.</summary>
internal sealed class TorchProcess : IDisposable
{
    private readonly Process _process;

    public TorchProcess(string python, int threads)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "torch_training.py");
        var start = new ProcessStartInfo(python, [script, threads.ToString()])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["OMP_NUM_THREADS"] = threads.ToString();
        start.Environment["OPENBLAS_NUM_THREADS"] = threads.ToString();
        _process = Process.Start(start)!;
        if (_process.StandardOutput.ReadLine() != "ready")
        {
            throw new InvalidOperationException(
                $"{python} has no PyTorch; on Debian: apt-get install --no-install-recommends python3-torch libopenblas0-pthread");
        }
    }

    public double SamplesPerSecond(string model, int batch, int examples)
    {
        _process.StandardInput.WriteLine($"{model} {batch} {examples}");
        _process.StandardInput.Flush();
        return double.Parse(_process.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
