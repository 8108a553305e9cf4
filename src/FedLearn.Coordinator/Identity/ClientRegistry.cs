using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace FedLearn.Coordinator.Identity;

/// <summary>
/// Who the clients are: ids and the hashes of their tokens. Tokens are 256 random bits; the database holds SHA-256 of them, which
/// needs no salt or stretching at that entropy.
/// </summary>
internal sealed partial class ClientRegistry(IClientStore store, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, string> _idByTokenHash = new(StringComparer.Ordinal);

    [GeneratedRegex("^[a-z0-9-]{1,63}$")]
    private static partial Regex ClientId { get; }

    public static bool IsClientId(string id) => ClientId.IsMatch(id);

    /// <summary>
    /// Registers an id and returns its token, or null where the id is taken. While nobody has used the token, the id can be registered
    /// again: the reply that carried the token may have been lost.
    /// </summary>
    public string? Register(string id, string software)
    {
        var token = RandomNumberGenerator.GetBytes(32);
        lock (_gate)
        {
            var known = store.Find(id);
            if (known is { TokenUsed: true })
            {
                return null;
            }

            var joined = known?.JoinedUnixMs ?? time.GetUtcNow().ToUnixTimeMilliseconds();
            store.Save(new RegisteredClient(id, SHA256.HashData(token), TokenUsed: false, software, joined));
        }

        return Convert.ToHexStringLower(token);
    }

    /// <summary>Remembers a client that comes with a certificate: its token is one that nobody has.</summary>
    /// <returns>True the first time.</returns>
    public bool Remember(string id, string software)
    {
        lock (_gate)
        {
            var known = store.Find(id);
            if (known is null || known.Software != software)
            {
                var joined = known?.JoinedUnixMs ?? time.GetUtcNow().ToUnixTimeMilliseconds();
                store.Save(new RegisteredClient(id, known?.TokenHash ?? RandomNumberGenerator.GetBytes(32), TokenUsed: true, software, joined));
            }

            return known is null;
        }
    }

    /// <summary>The client that a token belongs to, or null.</summary>
    public string? Find(string token)
    {
        if (token.Length != 64 || !token.All(char.IsAsciiHexDigit))
        {
            return null;
        }

        var hash = SHA256.HashData(Convert.FromHexString(token));
        var key = Convert.ToHexStringLower(hash);
        return _idByTokenHash.TryGetValue(key, out var id) ? id : FindAndMarkUsed(hash, key);
    }

    public IReadOnlyList<RegisteredClient> All() => store.All();

    private string? FindAndMarkUsed(byte[] hash, string key)
    {
        lock (_gate)
        {
            if (store.FindByTokenHash(hash) is not { } client)
            {
                return null;
            }

            if (!client.TokenUsed)
            {
                store.Save(client with { TokenUsed = true });
            }

            _idByTokenHash[key] = client.Id;
            return client.Id;
        }
    }
}
