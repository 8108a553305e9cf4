namespace FedLearn.Client;

/// <summary>
/// The worker cannot go on until a person does something: a refused token, a protocol that the coordinator does not speak, options
/// that make no sense, a state folder that another worker holds. The message says what came and what to do.
/// </summary>
public sealed class FederationException : Exception
{
    /// <summary>Creates the exception.</summary>
    public FederationException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    public FederationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
