using FedLearn.Protocol.V1;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace FedLearn.Coordinator.Identity;

/// <summary>
/// Finds out who calls before a service sees the call: participants may call Federation and Renew, operators Runs and Identities; health,
/// reflection and the other calls of enrolment are open, and where there are no certificates Join.
/// </summary>
internal sealed class IdentityInterceptor(Callers callers) : Interceptor
{
    private static readonly string JoinMethod = $"/{Federation.Descriptor.FullName}/Join";
    private static readonly string WatchMethod = $"/{Federation.Descriptor.FullName}/Watch";
    private static readonly string[] s_open = [$"/{Enrolment.Descriptor.FullName}/GetAuthority", $"/{Enrolment.Descriptor.FullName}/Enrol"];
    private static readonly string[] s_operators = [$"/{Runs.Descriptor.FullName}/", $"/{Identities.Descriptor.FullName}/", $"/{Log.Descriptor.FullName}/"];

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Identify(context);
        return continuation(request, context);
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        using var end = AbortWhenEnded(Identify(context), context);
        return await continuation(requestStream, context).ConfigureAwait(false);
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        using var end = AbortWhenEnded(Identify(context), context);
        await continuation(request, responseStream, context).ConfigureAwait(false);
    }

    /// <summary>The token of a call, or null.</summary>
    internal static string? TokenOf(ServerCallContext context) => Callers.TokenOf(context.RequestHeaders.GetValue("authorization"));

    /// <summary>Ends a stream with its caller's certificate. Watch ends by itself, and says why.</summary>
    private static CancellationTokenRegistration AbortWhenEnded(Caller? caller, ServerCallContext context) =>
        caller is null || context.Method == WatchMethod ? default : caller.WhenEnded(context.GetHttpContext().Abort);

    private Caller? Identify(ServerCallContext context)
    {
        var method = context.Method;
        if ((method == JoinMethod && !callers.ByCertificate) || s_open.Contains(method) || !method.StartsWith("/fedlearn.", StringComparison.Ordinal))
        {
            return null;
        }

        var forOperators = Array.Exists(s_operators, service => method.StartsWith(service, StringComparison.Ordinal));
        var caller = callers.Identify(context.GetHttpContext(), method, forOperators);
        caller.AttachTo(context);
        return caller;
    }
}
