using System.Text.Json;
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
                    Write(w, identity);
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

    /// <summary>A client's identity as an object.</summary>
    public static void Write(Utf8JsonWriter json, ClientIdentity identity)
    {
        json.WriteStartObject();
        json.WriteString("client", identity.ClientId);
        json.WriteString("status", Status(identity));
        json.WriteNumber("notAfterUnixMs", identity.NotAfterUnixMs);
        json.WriteNumber("issuedUnixMs", identity.IssuedUnixMs);
        json.WriteNumber("revokedUnixMs", identity.RevokedUnixMs);
        json.WriteNumber("invitationExpiresUnixMs", identity.InvitationExpiresUnixMs);
        json.WriteBoolean("online", identity.Online);
        json.WriteNumber("lastSeenUnixMs", identity.LastSeenUnixMs);
        json.WriteEndObject();
    }

    /// <summary>Its status in one word.</summary>
    public static string Status(ClientIdentity identity) => identity.Status.ToString().ToLowerInvariant();
}
