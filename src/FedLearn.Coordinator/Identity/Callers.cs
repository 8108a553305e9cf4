using FedLearn.Protocol;
using FedLearn.Protocol.V1;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FedLearn.Coordinator.Identity;

/// <summary>
/// Finds out who calls, for every road: participants, by certificate or where there are none by token, may do one part of the calls,
/// operators, by token, the other.
/// </summary>
internal sealed class Callers(ClientRegistry clients, CertificateBook certificates, OperatorToken operators, ApiTokens tokens, RefusedCalls refused)
{
    private const string Scheme = "Bearer ";
    private static readonly string s_renew = $"/{Enrolment.Descriptor.FullName}/Renew";

    /// <summary>Whether participants come with certificates, and not with tokens.</summary>
    public bool ByCertificate => certificates.IsOn;

    /// <summary>The token of an authorization header, or null.</summary>
    public static string? TokenOf(string? authorization) =>
        authorization is not null && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? authorization[Scheme.Length..].Trim() : null;

    /// <summary>The caller.</summary>
    /// <param name="http">Its request.</param>
    /// <param name="method">What it calls, for the log.</param>
    /// <param name="forOperators">Whether the call is theirs.</param>
    /// <exception cref="Grpc.Core.RpcException">It is not known, or not any more, or the call is not for it.</exception>
    public Caller Identify(HttpContext http, string method, bool forOperators)
    {
        var certificate = certificates.IsOn ? http.Features.Get<ITlsConnectionFeature>()?.ClientCertificate : null;
        if (certificate is null)
        {
            return ByToken(http, TokenOf(http.Request.Headers.Authorization), method, forOperators);
        }

        // Whatever token comes with it: who shows a certificate is who it names.
        var client = certificates.Find(certificate, out var problem);
        problem ??= ProblemOf(client!.Caller, method, forOperators);
        return problem is null ? client!.Caller : throw Refuse(http, method, problem);
    }

    /// <summary>The operator or viewer that a token is of; null where it is nobody's, or not any more.</summary>
    public Caller? FindOperator(string token, out string reason) => Find(token, out reason) is { ClientId: null } caller ? caller : null;

    private Caller ByToken(HttpContext http, string? token, string method, bool forOperators)
    {
        if (certificates.IsOn && !forOperators)
        {
            throw Refuse(http, method, Problem.Unauthenticated("this call takes a participant's certificate, and comes without one; call at the participants' address, which asks for it"));
        }

        var caller = Find(token, out var reason);
        if (caller is null)
        {
            throw Refuse(http, method, Problem.Unauthenticated(reason));
        }

        if (forOperators != (caller.ClientId is null))
        {
            reason = forOperators
                ? $"'{caller.ClientId}' is a participant; this call takes the operator's token (operator.token in the coordinator's data folder)"
                : "an operator's token was sent; this call takes a participant's token (from Join)";
            throw Refuse(http, method, Problem.PermissionDenied(reason));
        }

        return ScopeProblem(caller, method, forOperators) is { } problem ? throw Refuse(http, method, problem) : caller;
    }

    /// <summary>Why somebody with a certificate may not make a call; null where it may. Operators renew theirs as participants do.</summary>
    private static Problem? ProblemOf(Caller caller, string method, bool forOperators) => (forOperators, caller.ClientId) switch
    {
        (true, { } id) => Problem.PermissionDenied($"'{id}' is a participant; this call takes an operator's certificate, or the operator's token at the operators' address"),
        (false, null) when method != s_renew => Problem.PermissionDenied($"'{caller.OperatorName}' is no participant; this call takes a participant's certificate"),
        _ => ScopeProblem(caller, method, forOperators),
    };

    private static Problem? ScopeProblem(Caller caller, string method, bool forOperators) =>
        forOperators && Scopes.Of(method) is var needed && (needed & ~caller.Scopes) is not Scope.None and var missing
            ? Problem.PermissionDenied($"this call takes the scope {string.Join(", ", Scopes.NamesOf(missing))}; those of '{caller.OperatorName}' are {Scopes.Describe(caller.Scopes)}")
            : null;

    private Grpc.Core.RpcException Refuse(HttpContext http, string method, Problem problem)
    {
        refused.Tell(http.Connection.RemoteIpAddress, method, problem.Text);
        return problem.ToException();
    }

    private Caller? Find(string? token, out string reason)
    {
        reason = "the token is not known here; a participant gets one from Join, an operator's is in operator.token in the coordinator's data folder";
        if (token is null)
        {
            reason = "no token was sent; expected the metadata 'authorization: Bearer TOKEN'";
            return null;
        }

        (var federation, token) = FederationToken.Parse(token);
        if (federation is not null && federation != certificates.Federation)
        {
            reason = $"the token is of federation '{federation}', which this coordinator does not serve";
            return null;
        }

        if (tokens.Find(token) is { } held)
        {
            reason = held.Problem()?.Text ?? reason;
            return held.Problem() is null ? held.Caller : null;
        }

        return operators.Matches(token) ? new Caller(ClientId: null)
            : !certificates.IsOn && clients.Find(token) is { } id ? new Caller(id)
            : null;
    }
}
