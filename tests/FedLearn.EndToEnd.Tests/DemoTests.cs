using System.Diagnostics;
using System.Text.Json;
using FedLearn.Testing;

namespace FedLearn.EndToEnd.Tests;

/// <summary>The demo as its user starts it: real processes, real vaults.</summary>
public class DemoTests
{
    private static async Task<(int Code, JsonElement Result, string Error)> DemoAsync(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "fedlearn.dll"));
        start.ArgumentList.Add("demo");
        start.ArgumentList.Add("--json");
        foreach (var argument in args)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        var text = await output;
        return (process.ExitCode, text.Length > 0 ? JsonDocument.Parse(text).RootElement : default, await error);
    }

    private static double Accuracy(JsonElement result, string model) => result.GetProperty(model).GetProperty("accuracy").GetDouble();

    [Fact]
    public async Task Demo_ThreeWorkers_FederationBeatsTheLoneWorkersAndCleansUp()
    {
        var (code, result, error) = await DemoAsync("--workers", "3", "--rounds", "5", "--keep");

        Assert.True(code == 0, error);
        Assert.True(result.GetProperty("worthwhile").GetBoolean());
        Assert.Equal(3, result.GetProperty("alone").GetArrayLength());
        Assert.InRange(Accuracy(result, "federated"), result.GetProperty("meanAloneAccuracy").GetDouble() + 0.03, 1);
        var folder = result.GetProperty("folder").GetString()!;
        try
        {
            Assert.True(File.Exists(result.GetProperty("model").GetString()));
            Assert.True(File.Exists(result.GetProperty("database").GetString()));
            Assert.NotEmpty(Directory.GetFiles(Path.Combine(folder, "logs")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Demo_OneWorker_GainsNothingAndSaysSo()
    {
        var (code, result, error) = await DemoAsync("--workers", "1", "--rounds", "2");

        Assert.Equal((1, ""), (code, error));
        Assert.False(result.GetProperty("worthwhile").GetBoolean());
        Assert.False(result.TryGetProperty("folder", out _));
    }

    [Fact]
    public async Task Demo_FourHospitals_FederatedEqualsPooled()
    {
        var data = Path.GetDirectoryName(SharedData.PathOf("heart-disease/flamby-split.csv"))!;

        var (code, result, error) = await DemoAsync("--data", "heart-disease", "--data-dir", data, "--rounds", "40");

        Assert.True(code == 0, error);
        // One full-batch step a round: averaging by examples is gradient descent on the union.
        Assert.Equal(Accuracy(result, "pooled"), Accuracy(result, "federated"), 1e-9);
        Assert.Equal(
            result.GetProperty("pooled").GetProperty("loss").GetDouble(), result.GetProperty("federated").GetProperty("loss").GetDouble(), 1e-5);
    }
}
