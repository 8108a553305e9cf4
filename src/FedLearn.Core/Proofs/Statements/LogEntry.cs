namespace FedLearn.Core.Proofs.Statements;

/// <summary>The entries of the log but that of an accepted update, which is <see cref="ReceiptStatement.ToLogEntry"/>.</summary>
public static class LogEntry
{
    /// <summary>The most bytes of an entry; free text is cut so that it fits.</summary>
    public const int MaxBytes = 4096;

    private const int MaxText = 500;

    /// <summary>From this entry on this key signs.</summary>
    public static byte[] SigningKey(long at, ReadOnlySpan<byte> publicKey)
    {
        var key = Convert.ToHexStringLower(publicKey);
        return StatementBytes.Write(domain: null, json =>
        {
            json.WriteNumber("at", at);
            json.WriteString("kind", "signingKey");
            json.WriteString("publicKey", key);
        });
    }

    /// <summary>A client is new in the federation.</summary>
    public static byte[] ClientRegistered(long at, string client) => StatementBytes.Write(domain: null, json =>
    {
        json.WriteNumber("at", at);
        json.WriteString("client", client);
        json.WriteString("kind", "clientRegistered");
    });

    /// <summary>A client is invited to enrol.</summary>
    /// <param name="at">When.</param>
    /// <param name="client">The client.</param>
    /// <param name="until">Until when the invitation can be used.</param>
    public static byte[] ClientInvited(long at, string client, long until) => StatementBytes.Write(domain: null, json =>
    {
        json.WriteNumber("at", at);
        json.WriteString("client", client);
        json.WriteString("kind", "clientInvited");
        json.WriteNumber("until", until);
    });

    /// <summary>A client is given a certificate.</summary>
    /// <param name="at">When.</param>
    /// <param name="client">The client.</param>
    /// <param name="serial">The certificate's serial number, lower-case hex.</param>
    /// <param name="until">When it expires.</param>
    /// <param name="isRenewal">Whether the client came with a certificate, and not with an invitation.</param>
    public static byte[] CertificateIssued(long at, string client, string serial, long until, bool isRenewal) => StatementBytes.Write(domain: null, json =>
    {
        json.WriteNumber("at", at);
        json.WriteString("client", client);
        json.WriteString("kind", isRenewal ? "certificateRenewed" : "clientEnrolled");
        json.WriteString("serial", serial);
        json.WriteNumber("until", until);
    });

    /// <summary>A client's certificates and invitations end.</summary>
    /// <param name="at">When.</param>
    /// <param name="client">The client.</param>
    /// <param name="certificates">How many certificates that were not revoked before.</param>
    public static byte[] ClientRevoked(long at, string client, int certificates) => StatementBytes.Write(domain: null, json =>
    {
        json.WriteNumber("at", at);
        json.WriteNumber("certificates", certificates);
        json.WriteString("client", client);
        json.WriteString("kind", "clientRevoked");
    });

    /// <summary>A run is created.</summary>
    /// <param name="at">When.</param>
    /// <param name="run">The run.</param>
    /// <param name="specDigest">SHA-256 of its spec, lower-case hex.</param>
    /// <param name="by">The operator that created it; null where the coordinator's settings did, and in entries that are older than names.</param>
    public static byte[] RunCreated(long at, string run, string specDigest, string? by = null) => StatementBytes.Write(domain: null, json =>
    {
        json.WriteNumber("at", at);
        if (by is not null)
        {
            json.WriteString("by", by);
        }

        json.WriteString("kind", "runCreated");
        json.WriteString("run", run);
        json.WriteString("spec", specDigest);
    });

    /// <summary>A run is over.</summary>
    public static byte[] RunEnded(long at, string run, string outcome, string reason) => StatementBytes.Write(domain: null, json =>
    {
        json.WriteNumber("at", at);
        json.WriteString("kind", "runEnded");
        json.WriteString("outcome", outcome);
        json.WriteString("reason", Cut(reason));
        json.WriteString("run", run);
    });

    /// <summary>A version is published.</summary>
    /// <param name="at">When.</param>
    /// <param name="run">The run.</param>
    /// <param name="version">The version.</param>
    /// <param name="manifestHash">The hash of its signed manifest.</param>
    public static byte[] VersionPublished(long at, string run, int version, string manifestHash) => StatementBytes.Write(domain: null, json =>
    {
        json.WriteNumber("at", at);
        json.WriteString("kind", "versionPublished");
        json.WriteString("manifest", manifestHash);
        json.WriteString("run", run);
        json.WriteNumber("version", version);
    });

    /// <summary>A round is over: closed with a version, or void.</summary>
    /// <param name="at">When.</param>
    /// <param name="run">The run.</param>
    /// <param name="round">The round.</param>
    /// <param name="voidReason">Why it is void; null where it published a version.</param>
    public static byte[] RoundOver(long at, string run, int round, string? voidReason) => StatementBytes.Write(domain: null, json =>
    {
        json.WriteNumber("at", at);
        json.WriteString("kind", voidReason is null ? "roundClosed" : "roundVoid");
        if (voidReason is not null)
        {
            json.WriteString("reason", Cut(voidReason));
        }

        json.WriteNumber("round", round);
        json.WriteString("run", run);
    });

    /// <summary>An update is refused.</summary>
    public static byte[] UpdateRefused(long at, string run, int round, string client, string reason) => StatementBytes.Write(domain: null, json =>
    {
        json.WriteNumber("at", at);
        json.WriteString("client", client);
        json.WriteString("kind", "updateRefused");
        json.WriteString("reason", Cut(reason));
        json.WriteNumber("round", round);
        json.WriteString("run", run);
    });

    /// <summary>An action of an operator that is no other entry, such as a pause.</summary>
    /// <param name="at">When.</param>
    /// <param name="action">What was done.</param>
    /// <param name="run">The run, or empty.</param>
    /// <param name="reason">Why, or what it was done to; may be empty.</param>
    /// <param name="by">Who did it; null where nobody noted it, in entries that are older than names.</param>
    public static byte[] OperatorAction(long at, string action, string run, string reason, string? by = null) => StatementBytes.Write(domain: null, json =>
    {
        json.WriteString("action", action);
        json.WriteNumber("at", at);
        if (by is not null)
        {
            json.WriteString("by", by);
        }

        json.WriteString("kind", "operatorAction");
        json.WriteString("reason", Cut(reason));
        json.WriteString("run", run);
    });

    private static string Cut(string text) => text.Length <= MaxText ? text : text[..(char.IsHighSurrogate(text[MaxText - 1]) ? MaxText - 1 : MaxText)];
}
