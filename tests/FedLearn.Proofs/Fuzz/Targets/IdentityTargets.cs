using System.Text;
using FedLearn.Protocol.Identity;

namespace FedLearn.Proofs.Fuzz.Targets;

/// <summary>What somebody sends who is to become a participant.</summary>
internal static class IdentityTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("signing-request", [SigningRequest.Create(SigningRequest.NewKey())], bytes => SigningRequest.TryRead(bytes, out var mistake) is null ? Outcome.Of(mistake!) : Outcome.Taken),
        new("invitation", [Encoding.UTF8.GetBytes(Invitation.Create(new byte[32], new Uri("https://127.0.0.1:7070")).ToWord())],
            bytes => Invitation.TryParse(Encoding.UTF8.GetString(bytes), out var mistake) is null ? Outcome.Of(mistake!) : Outcome.Taken),
    ];
}
