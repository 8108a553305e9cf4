using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace FedLearn.Protocol.Identity;

/// <summary>The one alternative name of a certificate, a URI (RFC 5280, section 4.2.1.6).</summary>
internal static class AlternativeName
{
    private const string Id = "2.5.29.17";

    // GeneralName's uniformResourceIdentifier.
    private static readonly Asn1Tag s_uri = new(TagClass.ContextSpecific, 6);

    /// <summary>The URI: null where there is none, more than one, or other alternative names beside it.</summary>
    public static string? Of(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var extensions = certificate.Extensions.Where(e => e.Oid?.Value == Id).ToList();
        return extensions.Count == 1 ? OnlyUri(extensions[0].RawData) : null;
    }

    /// <summary>The extension that carries a URI. The framework's own builder would make an address of a federation's name of digits.</summary>
    public static X509Extension ToExtension(string uri)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteCharacterString(UniversalTagNumber.IA5String, uri, s_uri);
        }

        return new X509Extension(Id, writer.Encode(), critical: false);
    }

    private static string? OnlyUri(byte[] names)
    {
        try
        {
            var sequence = new AsnReader(names, AsnEncodingRules.DER).ReadSequence();
            var uri = sequence.ReadCharacterString(UniversalTagNumber.IA5String, s_uri);
            return sequence.HasData ? null : uri;
        }
        catch (AsnContentException)
        {
            return null;
        }
    }
}
