using FedLearn.Cli.Shell;
using FedLearn.Protocol.V1;

namespace FedLearn.Cli.Pki;

/// <summary>Who takes part, for people and for scripts.</summary>
internal static class IdentityPrinter
{
    public static void Print(TextWriter output, IReadOnlyCollection<ClientIdentity> identities, bool json)
    {
        if (json)
        {
            Json.WriteLine(output, w =>
            {
                w.WriteStartArray();
                foreach (var identity in identities)
                {
                    w.WriteStartObject();
                    w.WriteString("client", identity.ClientId);
                    w.WriteString("status", Status(identity));
                    w.WriteNumber("notAfterUnixMs", identity.NotAfterUnixMs);
                    w.WriteNumber("issuedUnixMs", identity.IssuedUnixMs);
                    w.WriteNumber("revokedUnixMs", identity.RevokedUnixMs);
                    w.WriteNumber("invitationExpiresUnixMs", identity.InvitationExpiresUnixMs);
                    w.WriteBoolean("online", identity.Online);
                    w.WriteNumber("lastSeenUnixMs", identity.LastSeenUnixMs);
                    w.WriteEndObject();
                }

                w.WriteEndArray();
            });
            return;
        }

        var table = new TextTable("client", "status", "certificate until", "invitation until", "online", "last seen");
        foreach (var identity in identities)
        {
            table.Add(
                identity.ClientId, Status(identity), Show.Time(identity.NotAfterUnixMs), Show.Time(identity.InvitationExpiresUnixMs), identity.Online ? "yes" : "no", Show.Time(identity.LastSeenUnixMs));
        }

        table.Write(output);
    }

    private static string Status(ClientIdentity identity) => identity.Status.ToString().ToLowerInvariant();
}
