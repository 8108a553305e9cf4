using System.Globalization;

namespace FedLearn.Proofs.Networks;

/// <summary>A process's memory as the kernel counts it, in bytes.</summary>
/// <param name="Resident">What it holds now (VmRSS).</param>
/// <param name="Peak">The most it ever held (VmHWM).</param>
internal readonly record struct ProcessMemory(long Resident, long Peak)
{
    public static ProcessMemory Of(int processId)
    {
        var lines = File.ReadAllLines($"/proc/{processId}/status");
        return new ProcessMemory(Value("VmRSS:"), Value("VmHWM:"));

        // Such as "VmRSS:     12345 kB".
        long Value(string name) => 1024 * long.Parse(
            lines.Single(l => l.StartsWith(name, StringComparison.Ordinal))[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }
}
