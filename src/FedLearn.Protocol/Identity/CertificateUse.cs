using System.Security.Cryptography;

namespace FedLearn.Protocol.Identity;

/// <summary>What a certificate may be used for (RFC 5280, section 4.2.1.12): a participant's cannot stand for a server, nor the other way round.</summary>
public sealed class CertificateUse
{
    private readonly string _id;

    private CertificateUse(string id) => _id = id;

    /// <summary>A participant's.</summary>
    public static CertificateUse Client { get; } = new("1.3.6.1.5.5.7.3.2");

    /// <summary>The coordinator's.</summary>
    public static CertificateUse Server { get; } = new("1.3.6.1.5.5.7.3.1");

    internal Oid Oid => new(_id);
}
