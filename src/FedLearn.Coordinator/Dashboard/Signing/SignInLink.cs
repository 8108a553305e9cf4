using System.Security.Cryptography;
using System.Text;

namespace FedLearn.Coordinator.Dashboard.Signing;

/// <summary>A word that signs an operator in once, within minutes of the start: for who sees the coordinator's terminal.</summary>
internal sealed class SignInLink(TimeProvider time)
{
    /// <summary>How long it can be used.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    private readonly Lock _gate = new();
    private byte[]? _hash;
    private long _made;

    /// <summary>Makes the word, in the place of an older one.</summary>
    public string Make()
    {
        var word = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        lock (_gate)
        {
            (_hash, _made) = (HashOf(word), time.GetTimestamp());
        }

        return word;
    }

    /// <summary>Whether the word is the one, and not used or too old; it is used up by this.</summary>
    public bool TryUse(string word)
    {
        lock (_gate)
        {
            if (_hash is null || time.GetElapsedTime(_made) > Lifetime || !CryptographicOperations.FixedTimeEquals(_hash, HashOf(word)))
            {
                return false;
            }

            _hash = null;
            return true;
        }
    }

    private static byte[] HashOf(string word) => SHA256.HashData(Encoding.UTF8.GetBytes(word));
}
