namespace FedLearn.Coordinator.Storage.Rows;

/// <summary>An invitation to enrol.</summary>
internal sealed class InvitationRow : CheckedRow
{
    /// <summary>SHA-256 of the secret, lower-case hex.</summary>
    public required string SecretHash { get; set; }

    public required string ClientId { get; set; }

    public long CreatedUnixMs { get; set; }

    public long ExpiresUnixMs { get; set; }

    /// <summary>SHA-256 of the public key that used it, lower-case hex; empty while it is unused.</summary>
    public string UsedByKey { get; set; } = "";

    protected override string Title => $"the invitation of {ClientId}";

    protected override void AddFields(FieldHash hash) => hash
        .Add(SecretHash).Add(ClientId).Add(CreatedUnixMs).Add(ExpiresUnixMs).Add(UsedByKey);
}

/// <summary>A participant's certificate that was issued.</summary>
internal sealed class CertificateRow : CheckedRow
{
    /// <summary>Its serial number, lower-case hex.</summary>
    public required string Serial { get; set; }

    public required string ClientId { get; set; }

    public long IssuedUnixMs { get; set; }

    public long NotAfterUnixMs { get; set; }

    public long? RevokedUnixMs { get; set; }

    protected override string Title => $"certificate {Serial} of {ClientId}";

    protected override void AddFields(FieldHash hash) => hash
        .Add(Serial).Add(ClientId).Add(IssuedUnixMs).Add(NotAfterUnixMs).Add(RevokedUnixMs);
}

/// <summary>A token of an operator or a viewer.</summary>
internal sealed class ApiTokenRow : CheckedRow
{
    public required string Name { get; set; }

    /// <summary>SHA-256 of its bytes, lower-case hex.</summary>
    public required string TokenHash { get; set; }

    public bool IsOperator { get; set; }

    /// <summary>The names of its scopes, each after a blank but the first, where they are neither an operator's nor a viewer's; otherwise null.</summary>
    public string? Scopes { get; set; }

    public long CreatedUnixMs { get; set; }

    public long ExpiresUnixMs { get; set; }

    protected override string Title => $"the token of {Name}";

    protected override void AddFields(FieldHash hash)
    {
        hash.Add(Name).Add(TokenHash).Add(IsOperator).Add(CreatedUnixMs).Add(ExpiresUnixMs);
        if (Scopes is not null)
        {
            // Rows from before there were scopes keep their checksum.
            hash.Add(Scopes);
        }
    }
}
