using FedLearn.Client.Logging;
using FedLearn.Client.Vault;
using FedLearn.Core.Proofs.Statements;
using Microsoft.Extensions.Logging;

namespace FedLearn.Client.Provenance;

/// <summary>
/// The public key that the coordinator signs with: the one that it told at the first Join, sealed in the worker's store. Another one is refused from
/// then on. The first one is trusted as far as the connection that brought it.
/// </summary>
internal sealed class CoordinatorKey(SealedStore store, ILogger logger) : IDisposable
{
    private const string Name = "coordinator-key";

    private StatementKey? _key;

    /// <summary>The key; null where the coordinator signs nothing, as one from before signatures.</summary>
    public StatementKey? Key => _key;

    /// <summary>Takes what Join says.</summary>
    /// <param name="told">The key of the reply; empty where the coordinator told none.</param>
    /// <param name="coordinator">Its address, for a message.</param>
    /// <exception cref="FederationException">It is another one than before, or none any more, or no key.</exception>
    public void Take(ReadOnlySpan<byte> told, string coordinator)
    {
        var known = store.ReadAll(Name);
        if (known is null && told.IsEmpty)
        {
            ClientLog.NothingSigned(logger, coordinator);
            return;
        }

        if (known is not null && !told.SequenceEqual(known))
        {
            throw new FederationException(
                $"the coordinator at {coordinator} signs with {(told.IsEmpty ? "no key" : $"the key {StatementKey.IdOf(told)}")}; this worker knows it by the key {StatementKey.IdOf(known)}, so this "
                + "may be another one in its place. Ask its operator, on another way than this connection; where the key was really changed, start with an empty state folder");
        }

        _key ??= StatementKey.TryRead(told)
            ?? throw new FederationException($"the coordinator at {coordinator} told a signing key of {told.Length} bytes that is not one; expected a key on the curve P-256");
        if (known is null)
        {
            store.WriteAll(Name, told);
            ClientLog.KeyPinned(logger, coordinator, _key.Id);
        }
    }

    public void Dispose() => _key?.Dispose();
}
