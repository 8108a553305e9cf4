using FedLearn.Benchmarks.Update.Roles;

namespace FedLearn.Benchmarks.Update;

/// <summary>One coordinator with something and one without take turns: the throughput of the first as a share of the other's, and what it costs its process.</summary>
internal static class Pair
{
    /// <summary>Takes turns.</summary>
    /// <param name="name">The row's name.</param>
    /// <param name="bar">The share to be kept.</param>
    /// <param name="turns">The turns that count; the best of each side does.</param>
    /// <param name="gigabytes">What a turn moves.</param>
    /// <param name="without">What the other one lacks.</param>
    /// <param name="own">The one that is measured, and its turn, which returns its seconds.</param>
    /// <param name="other">The other one.</param>
    public static async Task<IReadOnlyList<Measurement>> CompareAsync(
        string name,
        double bar,
        int turns,
        double gigabytes,
        string without,
        (CoordinatorProcess Coordinator, Func<Task<double>> Turn) own,
        (CoordinatorProcess Coordinator, Func<Task<double>> Turn) other)
    {
        List<double> ownCpu = [], otherCpu = [];
        var seconds = await Turns.TakeAsync(turns, () => MeteredAsync(own, ownCpu), () => MeteredAsync(other, otherCpu));
        var (speed, otherSpeed) = (gigabytes / seconds[0].Min(), gigabytes / seconds[1].Min());
        var (cpu, cpuOfOther) = (Turns.Median(ownCpu.Skip(Turns.WarmUp)), Turns.Median(otherCpu.Skip(Turns.WarmUp)));
        return
        [
            new(name, speed / otherSpeed, "x", bar) { Comparison = new(speed, otherSpeed, "GB/s", without) },
            new($"{name}: the coordinator's processor time", cpu / cpuOfOther, "x") { Comparison = new(cpu / gigabytes, cpuOfOther / gigabytes, "s/GB", without) },
        ];
    }

    private static async Task<double> MeteredAsync((CoordinatorProcess Coordinator, Func<Task<double>> Turn) side, List<double> cpu)
    {
        var before = (await side.Coordinator.Role.UsageAsync()).CpuSeconds;
        var seconds = await side.Turn();
        cpu.Add((await side.Coordinator.Role.UsageAsync()).CpuSeconds - before);
        return seconds;
    }
}
