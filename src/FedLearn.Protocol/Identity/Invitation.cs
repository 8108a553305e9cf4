using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace FedLearn.Protocol.Identity;

/// <summary>
/// What an operator hands to a participant, as one printable word: where to enrol, which root to expect there, and a secret that serves
/// once. The coordinator keeps the secret's hash alone.
/// </summary>
/// <remarks>
/// <code>
/// fedlearn-invitation-BASE64URL, and in it:
/// 1 byte   1, the format
/// 32       the secret
/// 32       SHA-256 of the root certificate's DER
/// n        the enrolment address in UTF-8, https://HOST:PORT, at most 300 bytes
/// 4        the first bytes of SHA-256 over all before, to tell a typing error from a wrong secret
/// </code>
/// </remarks>
public sealed class Invitation
{
    private const string Prefix = "fedlearn-invitation-";
    private const byte Format = 1;
    private const int HashBytes = 32;
    private const int CheckBytes = 4;
    private const int MostUrlBytes = 300;
    private const int Fixed = 1 + HashBytes + HashBytes + CheckBytes;

    private Invitation(byte[] secret, byte[] rootHash, Uri address) => (Secret, RootHash, Address) = (secret, rootHash, address);

    /// <summary>256 random bits.</summary>
    public byte[] Secret { get; }

    /// <summary>SHA-256 of the root certificate's DER: the pin.</summary>
    public byte[] RootHash { get; }

    /// <summary>Where to enrol.</summary>
    public Uri Address { get; }

    /// <summary>What the coordinator keeps of the secret.</summary>
    public byte[] SecretHash => SHA256.HashData(Secret);

    /// <summary>A new invitation.</summary>
    /// <param name="root">The root certificate in DER.</param>
    /// <param name="address">Where to enrol: https://HOST:PORT.</param>
    public static Invitation Create(ReadOnlySpan<byte> root, Uri address) =>
        IsAddress(address.OriginalString, out var checkedAddress)
            ? new Invitation(RandomNumberGenerator.GetBytes(HashBytes), SHA256.HashData(root), checkedAddress!)
            : throw new ArgumentException($"expected https://HOST:PORT of at most {MostUrlBytes} bytes, got '{address}'", nameof(address));

    /// <summary>Reads an invitation.</summary>
    /// <param name="text">The word; blanks and line ends around it and in it are passed over, as mail programs put them there.</param>
    /// <param name="mistake">What is wrong with it; null where nothing is. It never repeats the text, which is a secret.</param>
    public static Invitation? TryParse(string text, out string? mistake)
    {
        ArgumentNullException.ThrowIfNull(text);
        var word = string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
        mistake = $"expected a word that begins with {Prefix}, as `fedlearn pki invite` prints it";
        if (!word.StartsWith(Prefix, StringComparison.Ordinal) || word.Length > Prefix.Length + (2 * (Fixed + MostUrlBytes)))
        {
            return null;
        }

        mistake = "the invitation is incomplete or changed; copy the whole word, or ask for a new one";
        var bytes = Decode(word.AsSpan(Prefix.Length));
        if (bytes is null || bytes.Length <= Fixed || !bytes.AsSpan(^CheckBytes..).SequenceEqual(CheckOf(bytes.AsSpan(..^CheckBytes))))
        {
            return null;
        }

        if (bytes[0] != Format || !IsAddress(Encoding.UTF8.GetString(bytes.AsSpan((1 + (2 * HashBytes))..^CheckBytes)), out var address))
        {
            mistake = $"the invitation is of another version of FedLearn (format {bytes[0]}, this one reads {Format}); use the version of the coordinator";
            return null;
        }

        mistake = null;
        return new Invitation(bytes[1..(1 + HashBytes)], bytes[(1 + HashBytes)..(1 + (2 * HashBytes))], address!);
    }

    /// <summary>The word: a secret.</summary>
    public string ToWord()
    {
        byte[] content = [Format, .. Secret, .. RootHash, .. Encoding.UTF8.GetBytes(Address.GetLeftPart(UriPartial.Authority))];
        return Prefix + Base64Url.EncodeToString([.. content, .. CheckOf(content)]);
    }

    /// <summary>Says where it leads, and not the secret.</summary>
    public override string ToString() => $"invitation to {Address}";

    private static ReadOnlySpan<byte> CheckOf(ReadOnlySpan<byte> content) => SHA256.HashData(content).AsSpan(..CheckBytes);

    private static byte[]? Decode(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        return Base64Url.IsValid(text) && Base64Url.TryDecodeFromChars(text, bytes, out var written) ? bytes[..written] : null;
    }

    private static bool IsAddress(string text, out Uri? address) =>
        Uri.TryCreate(text, UriKind.Absolute, out address) && address is { Scheme: "https", PathAndQuery: "/", Fragment: "", UserInfo: "" }
        && Encoding.UTF8.GetByteCount(text) <= MostUrlBytes;
}
