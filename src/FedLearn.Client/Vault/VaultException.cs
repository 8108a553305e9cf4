namespace FedLearn.Client.Vault;

/// <summary>
/// What a user of the vault can meet: a wrong key, damaged data, a vault in use. The message says what was expected, what came, and
/// what to do, and carries no plaintext.
/// </summary>
public sealed class VaultException : Exception
{
    /// <summary>Creates the exception.</summary>
    public VaultException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with its cause.</summary>
    public VaultException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
