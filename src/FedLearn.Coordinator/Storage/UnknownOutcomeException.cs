namespace FedLearn.Coordinator.Storage;

/// <summary>
/// A sync failed, and nobody knows what is on disk. It is never retried: the system may have dropped the bytes and would report the
/// next sync as good. The process ends, and the next start decides.
/// </summary>
internal sealed class UnknownOutcomeException : Exception
{
    public UnknownOutcomeException(string message)
        : base(message)
    {
    }

    public UnknownOutcomeException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
