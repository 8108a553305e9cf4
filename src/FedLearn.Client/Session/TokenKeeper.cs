using System.Text;
using FedLearn.Client.Vault;

namespace FedLearn.Client.Session;

/// <summary>The client's token, sealed in the worker's store under the client's id.</summary>
internal sealed class TokenKeeper(SealedStore store, string clientId)
{
    private readonly string _name = $"token.{clientId}";

    /// <summary>The token, or null before the first registration.</summary>
    /// <exception cref="VaultException">The file is damaged.</exception>
    public string? Read() => store.ReadAll(_name) is { } bytes ? Encoding.ASCII.GetString(bytes) : null;

    public void Keep(string token) => store.WriteAll(_name, Encoding.ASCII.GetBytes(token));
}
