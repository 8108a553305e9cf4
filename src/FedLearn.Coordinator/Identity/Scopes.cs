using System.Collections.Frozen;
using FedLearn.Protocol.V1;

namespace FedLearn.Coordinator.Identity;

/// <summary>The one table of which call of operators takes which scope, and the scopes' names. A call that is not in it takes all of them.</summary>
internal static class Scopes
{
    private static readonly FrozenDictionary<string, Scope> s_names = new Dictionary<string, Scope>
    {
        ["runs:read"] = Scope.RunsRead,
        ["runs:write"] = Scope.RunsWrite,
        ["models:read"] = Scope.ModelsRead,
        ["clients:read"] = Scope.ClientsRead,
        ["identities:read"] = Scope.IdentitiesRead,
        ["identities:write"] = Scope.IdentitiesWrite,
        ["tokens:read"] = Scope.TokensRead,
        ["tokens:write"] = Scope.TokensWrite,
        ["log:read"] = Scope.LogRead,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, Scope> s_calls = Calls(
        (Runs.Descriptor.FullName, Scope.RunsRead, ["ListRuns", "GetRun", "WatchRun"]),
        (Runs.Descriptor.FullName, Scope.RunsWrite, ["CreateRun", "StopRun", "PauseRun", "ResumeRun"]),
        (Runs.Descriptor.FullName, Scope.ModelsRead, ["DownloadModel"]),
        (Runs.Descriptor.FullName, Scope.ClientsRead, ["ListClients"]),
        (Identities.Descriptor.FullName, Scope.IdentitiesRead, ["ListIdentities"]),
        (Identities.Descriptor.FullName, Scope.IdentitiesWrite, ["Invite", "Revoke"]),
        (Identities.Descriptor.FullName, Scope.TokensRead, ["ListTokens"]),
        (Identities.Descriptor.FullName, Scope.TokensWrite, ["CreateToken", "DeleteToken"]),
        (Log.Descriptor.FullName, Scope.LogRead, ["GetHead", "GetEntries", "GetInclusionProof", "GetConsistencyProof"]));

    /// <summary>All names, in order.</summary>
    public static IEnumerable<string> Names => s_names.Keys.Order(StringComparer.Ordinal);

    /// <summary>The scope that a call takes, by its full name such as <c>/fedlearn.v1.Runs/ListRuns</c>.</summary>
    public static Scope Of(string method) => s_calls.GetValueOrDefault(method, Scope.Operator);

    /// <summary>The scopes of these names.</summary>
    /// <param name="names">Their names.</param>
    /// <param name="unknown">The first that is none; null where all are.</param>
    public static Scope Parse(IEnumerable<string> names, out string? unknown)
    {
        (var all, unknown) = (Scope.None, null);
        foreach (var name in names)
        {
            if (s_names.TryGetValue(name, out var scope))
            {
                all |= scope;
            }
            else
            {
                unknown ??= name;
            }
        }

        return all;
    }

    /// <summary>The names of scopes, in order.</summary>
    public static IEnumerable<string> NamesOf(Scope scopes) => s_names.Where(n => (scopes & n.Value) != 0).Select(n => n.Key).Order(StringComparer.Ordinal);

    /// <summary>Scopes for a person: "a viewer's (…)", or their names.</summary>
    public static string Describe(Scope scopes) => scopes == Scope.Viewer ? $"a viewer's ({string.Join(", ", NamesOf(scopes))})"
        : scopes == Scope.Operator ? "an operator's" : string.Join(", ", NamesOf(scopes));

    private static FrozenDictionary<string, Scope> Calls(params (string Service, Scope Scope, string[] Calls)[] rows) =>
        rows.SelectMany(r => r.Calls.Select(c => KeyValuePair.Create($"/{r.Service}/{c}", r.Scope))).ToFrozenDictionary(StringComparer.Ordinal);
}
