using System.Globalization;

namespace FedLearn.Benchmarks.Update.Roles;

/// <summary>What a process has used since its start.</summary>
/// <param name="AllocatedBytes">Managed bytes allocated.</param>
/// <param name="Gen2Collections">Collections of the oldest generation.</param>
/// <param name="PeakBytes">The most resident memory (VmHWM); the page cache does not count.</param>
/// <param name="CpuSeconds">Processor time, user and kernel, of all threads.</param>
internal sealed record ProcessUsage(long AllocatedBytes, int Gen2Collections, long PeakBytes, double CpuSeconds)
{
    public static ProcessUsage Now() => new(GC.GetTotalAllocatedBytes(precise: true), GC.CollectionCount(2), Peak(), Environment.CpuUsage.TotalTime.TotalSeconds);

    private static long Peak()
    {
        var line = File.ReadLines("/proc/self/status").Single(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
