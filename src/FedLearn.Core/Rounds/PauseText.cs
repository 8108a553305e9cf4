namespace FedLearn.Core.Rounds;

/// <summary>What operators read of a paused run.</summary>
public static class PauseText
{
    /// <summary>Never empty, so that in a run's row it says of an open run that it is paused.</summary>
    /// <param name="by">Who paused it.</param>
    /// <param name="reason">Why; may be empty.</param>
    public static string Of(string by, string reason) => reason.Length == 0 ? $"paused by {by}" : $"paused by {by}: {reason}";
}
