namespace FedLearn.Proofs.Crash;

/// <summary>Something that had to happen did not; the message says what.</summary>
internal sealed class CrashException(string message) : Exception(message);
