using System.Collections.Immutable;

namespace FedLearn.Core.Specs;

/// <summary>How the clients' learning rate falls over the rounds r = 1, 2, ...; its name in a spec is in lower case.</summary>
public enum LearningRateSchedule
{
    /// <summary>lr * decay^(r-1).</summary>
    Exponential,

    /// <summary>lr * decay^floor((r-1) / scheduleRounds).</summary>
    Step,

    /// <summary>
    /// floor + (lr - floor) * (1 + cos(pi * min(1, (r-1) / scheduleRounds))) / 2: Loshchilov and Hutter 2017, eq. 5, without restarts.
    /// </summary>
    Cosine,
}

/// <summary>The schedules' names in a spec.</summary>
internal static class LearningRateSchedules
{
    /// <summary>The names, in the order of <see cref="LearningRateSchedule"/>.</summary>
    public static ImmutableArray<string> Names { get; } = [.. Enum.GetValues<LearningRateSchedule>().Select(NameOf)];

    /// <summary>The name of a schedule.</summary>
    public static string NameOf(LearningRateSchedule schedule) => schedule.ToString().ToLowerInvariant();

    /// <summary>The schedule of one of <see cref="Names"/>.</summary>
    public static LearningRateSchedule Of(string name) => (LearningRateSchedule)Names.IndexOf(name);
}
