using System.Collections.Concurrent;
using System.Security.Cryptography;
using FedLearn.Protocol;
using FedLearn.Protocol.Identity;

namespace FedLearn.Coordinator.Identity;

/// <summary>
/// The tokens of operators and viewers beside the one in the data folder: 256 random bits each, of which the database holds SHA-256.
/// </summary>
internal sealed class ApiTokens(IApiTokenStore store, TimeProvider time, CoordinatorOptions options) : IDisposable
{
    private const long MostSeconds = 30L * 24 * 60 * 60;

    private readonly Lock _gate = new();
    private ConcurrentDictionary<string, HeldToken>? _byHash;

    private ConcurrentDictionary<string, HeldToken> ByHash
    {
        get
        {
            lock (_gate)
            {
                return _byHash ??= new(store.All().ToDictionary(t => t.TokenHash, t => new HeldToken(t, time), StringComparer.Ordinal), StringComparer.Ordinal);
            }
        }
    }

    /// <summary>All tokens by name.</summary>
    public IReadOnlyList<StoredToken> All() => store.All();

    /// <summary>The token that was sent, expired ones too; null where it is none.</summary>
    public HeldToken? Find(string token) =>
        token.Length == 64 && token.All(char.IsAsciiHexDigit) ? ByHash.GetValueOrDefault(HashOf(Convert.FromHexString(token))) : null;

    /// <summary>Makes a token.</summary>
    /// <exception cref="Grpc.Core.RpcException">An argument is not as it should be, or the name has one.</exception>
    public (string Token, long ExpiresUnixMs) Create(string name, Scope scopes, long seconds)
    {
        if (!IdentityName.IsPart(name))
        {
            throw Problem.Invalid($"name: expected 1 to 63 of a-z, 0-9 and '-', got '{name}'").ToException();
        }

        if (seconds is < 0 or > MostSeconds)
        {
            throw Problem.Invalid($"valid_seconds: expected 1 to {MostSeconds}, or 0 for as many, got {seconds}").ToException();
        }

        var (token, now) = (RandomNumberGenerator.GetBytes(32), time.GetUtcNow());
        var expires = now.AddSeconds(seconds == 0 ? MostSeconds : seconds).ToUnixTimeMilliseconds();
        var stored = new StoredToken(name, HashOf(token), scopes, now.ToUnixTimeMilliseconds(), expires);
        var held = ByHash;
        lock (_gate)
        {
            if (held.Values.Any(h => h.Stored.Name == name))
            {
                throw Problem.AlreadyExists($"'{name}' has a token; delete it first, or take another name").ToException();
            }

            store.Add(stored);
            held[stored.TokenHash] = new HeldToken(stored, time);
        }

        return (options.TokenPrefix + Convert.ToHexStringLower(token), expires);
    }

    /// <summary>Ends a token, and the streams that it has open.</summary>
    /// <returns>False where there is none of the name.</returns>
    public bool Delete(string name)
    {
        var held = ByHash;
        lock (_gate)
        {
            if (!store.Delete(name, time.GetUtcNow().ToUnixTimeMilliseconds()))
            {
                return false;
            }

            foreach (var token in held.Values.Where(h => h.Stored.Name == name).ToList())
            {
                held.TryRemove(token.Stored.TokenHash, out _);
                token.Revoke();
            }

            return true;
        }
    }

    public void Dispose()
    {
        foreach (var token in _byHash?.Values ?? [])
        {
            token.Dispose();
        }
    }

    private static string HashOf(byte[] token) => Convert.ToHexStringLower(SHA256.HashData(token));
}
