namespace FedLearn.Coordinator.Identity;

/// <summary>An invitation to enrol.</summary>
/// <param name="SecretHash">SHA-256 of its secret, lower-case hex.</param>
/// <param name="ClientId">Who is invited.</param>
/// <param name="CreatedUnixMs">Since when.</param>
/// <param name="ExpiresUnixMs">Until when it can be used.</param>
/// <param name="UsedByKey">SHA-256 of the public key that used it, lower-case hex; empty while it is unused.</param>
internal sealed record StoredInvitation(string SecretHash, string ClientId, long CreatedUnixMs, long ExpiresUnixMs, string UsedByKey = "");

/// <summary>A participant's certificate that was issued.</summary>
/// <param name="Serial">Its serial number, lower-case hex.</param>
/// <param name="ClientId">Whose it is.</param>
/// <param name="IssuedUnixMs">When it was issued.</param>
/// <param name="NotAfterUnixMs">When it expires.</param>
/// <param name="RevokedUnixMs">When it was revoked, or null.</param>
internal sealed record StoredCertificate(string Serial, string ClientId, long IssuedUnixMs, long NotAfterUnixMs, long? RevokedUnixMs = null);

/// <summary>Where invitations and certificates are kept. Every change is durable when its call returns.</summary>
internal interface IIdentityStore
{
    StoredInvitation? FindInvitation(string secretHash);

    StoredCertificate? FindCertificate(string serial);

    IReadOnlyList<StoredInvitation> Invitations();

    IReadOnlyList<StoredCertificate> Certificates();

    /// <summary>Adds an invitation, in the place of the client's unused ones.</summary>
    void Invite(StoredInvitation invitation);

    /// <summary>Adds a certificate, and where it was issued for an invitation, that it is used; both or none.</summary>
    void Issue(StoredCertificate certificate, StoredInvitation? used);

    /// <summary>Marks the client's certificates revoked that are not yet, and deletes its invitations.</summary>
    /// <returns>The certificates that it marked.</returns>
    IReadOnlyList<StoredCertificate> Revoke(string clientId, long atUnixMs);
}
