using System.Net;
using FedLearn.Coordinator.Ingest.Uploads;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage.Updates;
using FedLearn.Protocol.V1;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;

namespace FedLearn.Coordinator.Ingest.Roads;

/// <summary>
/// Names the HTTP road to callers of gRPC, where there is one that they can reach: not for vectors that fit one message, and not where it
/// listens on another address than the one by which the caller came.
/// </summary>
internal sealed class RoadOffer(CoordinatorOptions options, IServer server)
{
    /// <summary>Where uploads are put, before their id.</summary>
    public const string Updates = "/v1/updates/";

    /// <summary>Where models are got, before run and version.</summary>
    public const string Models = "/v1/models/";

    /// <summary>The road for an upload's bytes, or null.</summary>
    public Road? ToUpload(HttpContext http, OpenedUpload upload) =>
        For(http, upload.Update.ByteLength, Updates + upload.Id, upload.Ticket);

    /// <summary>The road to a vector of a version, or null. Who may read a version is the token's matter, so there is no ticket.</summary>
    public Road? ToModel(HttpContext http, StoredVersion version, string state) =>
        For(http, version.ByteLength, $"{Models}{version.RunId}/{version.Number}{(state.Length > 0 ? $"/{state}" : "")}", ticket: "");

    private Road? For(HttpContext http, long byteLength, string path, string ticket) =>
        options.OffersVectors && byteLength > UpdateSegments.MaxUpdate && BaseFor(http) is { } address
            ? new Road { Url = address + path, Ticket = ticket }
            : null;

    private string? BaseFor(HttpContext http)
    {
        if (options.VectorsUrl is { } told)
        {
            return told.TrimEnd('/');
        }

        if (options.UsesTls)
        {
            return $"https://{http.Request.Host.Value}";
        }

        var bound = CoordinatorOptions.EndPointOf(server.Features.Get<IServerAddressesFeature>()!.Addresses.ElementAt(Listeners.VectorsIndex));
        return IsReachable(bound.Address, http.Connection.LocalIpAddress) ? $"http://{http.Request.Host.Host}:{bound.Port}" : null;
    }

    private static bool IsReachable(IPAddress bound, IPAddress? came) =>
        bound.Equals(IPAddress.Any) || bound.Equals(IPAddress.IPv6Any)
        || (came is not null && (IPAddress.IsLoopback(bound) ? IPAddress.IsLoopback(came) : bound.MapToIPv6().Equals(came.MapToIPv6())));
}
