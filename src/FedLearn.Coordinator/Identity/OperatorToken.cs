using System.Security.Cryptography;
using System.Text;
using FedLearn.Coordinator.Storage.Disks;

namespace FedLearn.Coordinator.Identity;

/// <summary>
/// The operators' token: 256 random bits in a file that only the coordinator's user can read. Who can read the file may operate.
/// </summary>
internal sealed class OperatorToken
{
    private const int Bytes = 32;

    private readonly byte[] _hash;

    private OperatorToken(string token) => _hash = Hash(token);

    /// <summary>Reads the token, or makes it at the first start.</summary>
    /// <param name="path">The file.</param>
    /// <param name="prefix">What its tokens begin with, see <see cref="FederationToken"/>; empty where the coordinator serves this federation alone.</param>
    public static OperatorToken Open(string path, string prefix = "")
    {
        if (!File.Exists(path))
        {
            OwnerFile.Create(path, prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Bytes)));
        }

        OwnerFile.RefuseOthers(path, $"the operators' token at {path}, and so operate this coordinator");
        var token = FederationToken.Parse(File.ReadAllText(path).Trim()).Secret;
        return token.Length == 2 * Bytes && token.All(char.IsAsciiHexDigitLower)
            ? new OperatorToken(token)
            : throw new StartupException($"{path} is damaged: expected {prefix}{2 * Bytes} lower-case hex digits. Delete it, and the next start makes a new token");
    }

    public bool Matches(string token) => CryptographicOperations.FixedTimeEquals(_hash, Hash(token));

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
