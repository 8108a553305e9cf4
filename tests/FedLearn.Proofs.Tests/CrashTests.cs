using FedLearn.Proofs.Crash;

namespace FedLearn.Proofs.Tests;

/// <summary>The crash harness in its small edition: real processes and a few kills.</summary>
public sealed class CrashTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fedlearn-crash-test-").FullName;
    private readonly StringWriter _output = new();

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _output.Dispose();
    }

    [Fact]
    public async Task Coordinator_KilledAtRandomInstants_LosesNothingAndKeepsTheBits()
    {
        var findings = new Findings(_output);

        await new KillProof(_folder, kills: 4, seed: 1, findings, alone: false).RunAsync();

        Assert.True(findings.AllHold, _output.ToString());
    }
}
