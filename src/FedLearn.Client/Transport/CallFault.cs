using System.Net.Sockets;
using System.Security.Authentication;
using Grpc.Core;

namespace FedLearn.Client.Transport;

/// <summary>What a failed call means for the worker, and how to say it to a person.</summary>
internal static class CallFault
{
    /// <summary>
    /// Whether the same call may succeed later: the coordinator was away, busy, too slow or broke. All other statuses are its verdict
    /// on the call itself.
    /// </summary>
    public static bool IsTransient(StatusCode status) => status
        is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted or StatusCode.Aborted
        or StatusCode.Internal or StatusCode.Unknown or StatusCode.Cancelled or StatusCode.DataLoss
        // The session joins again, and a token that is refused there ends the worker.
        or StatusCode.Unauthenticated;

    /// <summary>One line: what happened, and where the cause is known, what to do.</summary>
    public static string Describe(RpcException fault, Uri coordinator)
    {
        if (fault.Status.DebugException is { } cause and not Roads.RoadException && FindTransport(cause, coordinator) is { } text)
        {
            return text;
        }

        var detail = fault.Status.Detail.ReplaceLineEndings("; ");
        return fault.StatusCode == StatusCode.Unavailable && detail.Length == 0
            ? $"the coordinator at {coordinator} is not available"
            : $"{StatusName(fault.StatusCode)}: {detail}";
    }

    /// <summary>One line about a fault of the transport itself.</summary>
    public static string DescribeCause(Exception fault, Uri peer) =>
        FindTransport(fault, new Uri(peer.GetLeftPart(UriPartial.Authority))) ?? fault.Message;

    /// <summary>The status as the protocol's documents write it, such as FAILED_PRECONDITION.</summary>
    public static string StatusName(StatusCode status) =>
        string.Concat(status.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : $"{char.ToUpperInvariant(c)}"));

    private static string? FindTransport(Exception? cause, Uri coordinator)
    {
        for (; cause is not null; cause = cause.InnerException)
        {
            if (DescribeTransport(cause, coordinator) is { } text)
            {
                return text;
            }
        }

        return null;
    }

    private static string? DescribeTransport(Exception cause, Uri coordinator) => cause switch
    {
        AuthenticationException => Tls(coordinator, cause),
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } =>
            $"cannot reach {coordinator}: connection refused; is the coordinator running, and is the address right?",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } =>
            $"cannot reach {coordinator}: the name {coordinator.Host} is not known; is the address right?",
        SocketException socket =>
            $"cannot reach {coordinator}: {socket.Message}; is the network up, and does a firewall let the worker out?",
        // The runtime has no code of its own for a peer that answers the HTTP/2 preface with something else.
        IOException handshake when handshake.Message.Contains("HTTP/2 handshake", StringComparison.Ordinal) => NotHttp2(coordinator),
        // PROTOCOL_ERROR and FRAME_SIZE_ERROR (RFC 9113, section 7): the same answer, when the runtime has read it as a frame first.
        HttpProtocolException { ErrorCode: 1 or 6 } => NotHttp2(coordinator),
        HttpProtocolException => $"the connection to {coordinator} broke",
        HttpRequestException { InnerException: null } http => DescribeHttp(http, coordinator),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: not AuthenticationException } => Tls(coordinator, cause),
        _ => null,
    };

    private static string? DescribeHttp(HttpRequestException http, Uri coordinator) => http.HttpRequestError switch
    {
        HttpRequestError.SecureConnectionError => Tls(coordinator, http),
        HttpRequestError.HttpProtocolError or HttpRequestError.VersionNegotiationError or HttpRequestError.InvalidResponse =>
            NotHttp2(coordinator),
        HttpRequestError.ResponseEnded => $"the connection to {coordinator} broke",
        _ => $"cannot reach {coordinator}: {http.Message}",
    };

    private static string NotHttp2(Uri coordinator) =>
        $"{coordinator} answers, but does not speak HTTP/2 there; is it the participants' port, and does {coordinator.Scheme}:// fit it?";

    private static string Tls(Uri coordinator, Exception cause) =>
        $"no TLS connection to {coordinator}: {cause.Message.TrimEnd('.')}; does the coordinator serve TLS on this port (otherwise write http://), " +
        $"and is its certificate trusted here? Otherwise name the file of its certificate, or of its CA's, in PEM form: --trust FILE, {nameof(WorkerOptions.TrustedCertificate)}";
}
