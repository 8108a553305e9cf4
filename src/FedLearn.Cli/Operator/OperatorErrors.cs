using System.Security.Authentication;
using FedLearn.Cli.Shell;
using Grpc.Core;

namespace FedLearn.Cli.Operator;

/// <summary>What a failed call means to an operator.</summary>
internal static class OperatorErrors
{
    /// <summary>The message and the exit code.</summary>
    public static CliException Explain(RpcException e) => e.StatusCode switch
    {
        StatusCode.Unavailable or StatusCode.Internal when Find<AuthenticationException>(e.Status.DebugException) is { } tls =>
            new CliException($"no TLS connection to the coordinator: {tls.Message}. Does it serve TLS there (otherwise write http://), and is its certificate "
                + "trusted here? Otherwise name the file of its certificate, or of its CA's, in PEM form: --trust FILE", ExitCode.Unreachable),
        // A status of the coordinator carries no exception of this side.
        StatusCode.Unavailable or StatusCode.Internal when e.Status.DebugException is { } cause =>
            new CliException($"cannot reach the coordinator: {Root(cause).Message}. Is it running, and is --coordinator its address?", ExitCode.Unreachable),
        StatusCode.Unavailable => new CliException($"the coordinator takes no work now: {e.Status.Detail}", ExitCode.Unreachable),
        StatusCode.InvalidArgument => new CliException(e.Status.Detail, ExitCode.Usage),
        StatusCode.Cancelled => new CliException("interrupted", ExitCode.Interrupted),
        StatusCode.Unimplemented => new CliException("what answers at --coordinator is no coordinator of this version, or one without certificates (--pki)", ExitCode.Failed),
        _ => new CliException(e.Status.Detail),
    };

    private static T? Find<T>(Exception? e)
        where T : Exception => e is null ? null : e as T ?? Find<T>(e.InnerException);

    private static Exception Root(Exception e) => e.InnerException is { } inner ? Root(inner) : e;
}
