using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace FedLearn.Coordinator.Operations.Limits;

/// <summary>
/// The first that a gRPC request meets: the quota of its address, no compression, and a deadline that it cannot outlast. A message of a few
/// KiB that unpacks to the most that one may have costs more than any other, and float32 hardly shrinks. A caller's own, shorter deadline stands.
/// The deadline is given to the gRPC server as if the caller had asked for it: it answers DEADLINE_EXCEEDED and cancels the call, also
/// where the request has not come whole.
/// </summary>
internal sealed class CallGuard(CallQuota quota, CoordinatorOptions options)
{
    private const string TimeoutHeader = "grpc-timeout";
    private const string EncodingHeader = "grpc-encoding";
    private const string AcceptedHeader = "grpc-accept-encoding";
    private const string Plain = "identity";

    private static readonly string[] s_endless = ["/Watch", "/WatchRun"];
    private static readonly string[] s_transfers = ["/PushUpdate", "/GetModel", "/DownloadModel", "/CreateRun", "/GetEntries"];

    /// <summary>Lets a request pass, or answers it.</summary>
    public Task PassAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) != true)
        {
            return next(http);
        }

        try
        {
            quota.Arrive(http.Connection.RemoteIpAddress);
        }
        catch (Grpc.Core.RpcException e)
        {
            return RefuseAsync(http, e.Status);
        }

        if (http.Request.Headers[EncodingHeader] is { Count: > 0 } encoding && encoding != Plain)
        {
            http.Response.Headers[AcceptedHeader] = Plain;
            return RefuseAsync(http, new(Grpc.Core.StatusCode.Unimplemented, $"grpc-encoding: expected {Plain} (messages are not compressed), got '{encoding}'"));
        }

        Limit(http.Request);
        return next(http);
    }

    /// <summary>A gRPC deadline in seconds, such as "5S" or "200m"; null where it is none.</summary>
    internal static double? SecondsOf(string? timeout)
    {
        if (string.IsNullOrEmpty(timeout) || !uint.TryParse(timeout.AsSpan(0, timeout.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
        {
            return null;
        }

        return timeout[^1] switch
        {
            'H' => value * 3600.0,
            'M' => value * 60.0,
            'S' => value,
            'm' => value / 1e3,
            'u' => value / 1e6,
            'n' => value / 1e9,
            _ => null,
        };
    }

    private void Limit(HttpRequest request)
    {
        var path = request.Path.Value ?? "";
        if (s_endless.Any(path.EndsWith))
        {
            return;
        }

        var most = s_transfers.Any(path.EndsWith) ? options.Limits.TransferSeconds : options.Limits.CallSeconds;
        if (SecondsOf(request.Headers[TimeoutHeader]) is not { } asked || asked > most)
        {
            request.Headers[TimeoutHeader] = string.Create(CultureInfo.InvariantCulture, $"{(long)(most * 1000)}m");
        }
    }

    private static Task RefuseAsync(HttpContext http, Grpc.Core.Status status)
    {
        // A response of trailers only, as in "Responses" of gRPC over HTTP/2.
        http.Response.ContentType = "application/grpc";
        http.Response.Headers["grpc-status"] = ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture);
        http.Response.Headers["grpc-message"] = Uri.EscapeDataString(status.Detail);
        return Task.CompletedTask;
    }
}
