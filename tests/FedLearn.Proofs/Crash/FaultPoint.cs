namespace FedLearn.Proofs.Crash;

/// <summary>Where and how a round is disturbed.</summary>
/// <param name="Call">The system call.</param>
/// <param name="Effect">What strace does at it: <c>signal=SIGKILL</c>, <c>error=EIO</c>, <c>error=ENOSPC</c>.</param>
/// <param name="When">At which call of each thread, from 1.</param>
internal sealed record FaultPoint(string Call, string Effect, int When)
{
    public const string Kill = "signal=SIGKILL";
    public const string BrokenDisk = "error=EIO";
    public const string FullDisk = "error=ENOSPC";

    /// <summary>The calls that change a disk. SQLite and .NET write files with pwrite64; a failed write to a pipe or the console is no fault of a disk.</summary>
    private static readonly string[] s_calls = ["pwrite64", "fsync", "fdatasync", "rename", "ftruncate", "unlink"];

    /// <summary>The sample: the first calls, where every stage of a round is met, and some further ones.</summary>
    public static IEnumerable<FaultPoint> Sample() =>
    [
        .. from call in s_calls from when in (int[])[1, 2, 4] select new FaultPoint(call, Kill, when),
        new("pwrite64", Kill, 7), new("pwrite64", Kill, 12), new("pwrite64", Kill, 20), new("write", Kill, 1),
        .. from effect in (string[])[BrokenDisk, FullDisk] from call in s_calls[..4] from when in (int[])[1, 3] select new FaultPoint(call, effect, when),
    ];

    /// <summary>Every point up to the n-th call of each kind.</summary>
    public static IEnumerable<FaultPoint> All(int most) =>
        from effect in (string[])[Kill, BrokenDisk, FullDisk] from call in s_calls from when in Enumerable.Range(1, most) select new FaultPoint(call, effect, when);

    /// <summary>Whether the call makes durable what was written before.</summary>
    public bool IsSync => Call is "fsync" or "fdatasync";

    public override string ToString() => $"{Effect} at {Call} number {When}";
}
