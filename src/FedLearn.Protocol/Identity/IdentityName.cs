using System.Security.Cryptography.X509Certificates;

namespace FedLearn.Protocol.Identity;

/// <summary>
/// Who a participant is: the URI <c>fedlearn://FEDERATION/CLIENT</c>, the one subject alternative name of its certificate. No field of a
/// message says it.
/// </summary>
/// <param name="Federation">1 to 63 characters of a-z, 0-9 and -.</param>
/// <param name="Client">Likewise, unique in the federation.</param>
public sealed record IdentityName(string Federation, string Client)
{
    internal const string Scheme = "fedlearn://";
    private const int MostCharacters = 63;

    /// <summary>Whether a text may name a federation or a client: 1 to 63 characters of a-z, 0-9 and -.</summary>
    public static bool IsPart(string? text) =>
        text is { Length: >= 1 and <= MostCharacters } && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <summary>Reads a name from its URI; null where it is none.</summary>
    public static IdentityName? Parse(string? uri)
    {
        if (uri is null || !uri.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return null;
        }

        var parts = uri[Scheme.Length..].Split('/');
        return parts.Length == 2 && IsPart(parts[0]) && IsPart(parts[1]) ? new IdentityName(parts[0], parts[1]) : null;
    }

    /// <summary>The name in a certificate: null where it has none, more than one, or other alternative names beside it.</summary>
    public static IdentityName? Of(X509Certificate2 certificate) => Parse(AlternativeName.Of(certificate));

    /// <summary>The URI.</summary>
    public override string ToString() => $"{Scheme}{Federation}/{Client}";
}
