using FedLearn.Protocol;

namespace FedLearn.Coordinator.Storage.Disks;

/// <summary>Tells the known disk errors from those whose outcome is unknown.</summary>
internal static class DiskErrors
{
    private const int NoSpacePosix = 28;
    private const int QuotaPosix = 122;
    private const int DiskFullWindows = unchecked((int)0x80070070);

    /// <summary>What a caller is told.</summary>
    public static Problem Full { get; } =
        Problem.Exhausted("the coordinator's disk is full; nothing was counted. Tell its operator, and try again later");

    /// <summary>Whether the disk, or this user's share of it, is full: the write did not happen.</summary>
    public static bool IsFull(Exception e) => e is IOException && e.HResult is NoSpacePosix or QuotaPosix or DiskFullWindows;
}
