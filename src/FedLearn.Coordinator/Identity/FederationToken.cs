using FedLearn.Protocol.Identity;

namespace FedLearn.Coordinator.Identity;

/// <summary>
/// An operator's or viewer's token as it is sent: 64 hex digits, and where the coordinator serves several federations, before them the name of one
/// and a dot, such as <c>hospitals.5e1f…</c>. The name says where the token is looked for; that it holds there is the digits' to prove.
/// </summary>
/// <param name="Federation">The name; null where it has none.</param>
/// <param name="Secret">What follows.</param>
internal readonly record struct FederationToken(string? Federation, string Secret)
{
    public static FederationToken Parse(string? token) =>
        token?.IndexOf('.', StringComparison.Ordinal) is { } dot and > 0 && IdentityName.IsPart(token[..dot])
            ? new(token[..dot], token[(dot + 1)..])
            : new(null, token ?? "");
}
