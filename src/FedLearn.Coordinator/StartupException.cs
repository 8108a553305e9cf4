namespace FedLearn.Coordinator;

/// <summary>The coordinator cannot start; the message says why and what to do, and is all that a person needs to see.</summary>
public sealed class StartupException : Exception
{
    /// <inheritdoc/>
    public StartupException()
    {
    }

    /// <inheritdoc/>
    public StartupException(string message)
        : base(message)
    {
    }

    /// <inheritdoc/>
    public StartupException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
