using System.Security.Cryptography.X509Certificates;

namespace FedLearn.Protocol.Identity;

/// <summary>
/// Who an operator or a viewer is: the URI <c>fedlearn://FEDERATION/operators/NAME</c> or <c>fedlearn://FEDERATION/viewers/NAME</c>, the one
/// subject alternative name of its certificate. It has a part more than a participant's (<see cref="IdentityName"/>), so neither reads as the other.
/// </summary>
/// <param name="Federation">1 to 63 characters of a-z, 0-9 and -.</param>
/// <param name="IsViewer">Whether it may see alone.</param>
/// <param name="Name">As the federation.</param>
public sealed record OperatorName(string Federation, bool IsViewer, string Name)
{
    private const string Operators = "operators";
    private const string Viewers = "viewers";

    /// <summary>What follows the federation, such as <c>operators/alice</c>: under that the coordinator keeps its invitations and certificates.</summary>
    public string Id => $"{(IsViewer ? Viewers : Operators)}/{Name}";

    /// <summary>Reads what follows the federation; null where it is no operator's or viewer's.</summary>
    public static OperatorName? ParseId(string federation, string? id) =>
        id?.Split('/') is [Operators or Viewers, var name] parts && IdentityName.IsPart(federation) && IdentityName.IsPart(name)
            ? new OperatorName(federation, parts[0] == Viewers, name)
            : null;

    /// <summary>The name in a certificate; null where it has another, or others beside it.</summary>
    public static OperatorName? Of(X509Certificate2 certificate) =>
        AlternativeName.Of(certificate) is { } uri && uri.StartsWith(IdentityName.Scheme, StringComparison.Ordinal) && uri[IdentityName.Scheme.Length..].Split('/', 2) is [var federation, var id]
            ? ParseId(federation, id)
            : null;

    /// <summary>The URI.</summary>
    public override string ToString() => $"{IdentityName.Scheme}{Federation}/{Id}";
}
