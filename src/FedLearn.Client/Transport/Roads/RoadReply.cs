using System.Globalization;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;

namespace FedLearn.Client.Transport.Roads;

/// <summary>Reads what came back over a road: a receipt, a vector's bytes, the coordinator's refusal, or the word of somebody in between.</summary>
internal static class RoadReply
{
    private const string Protobuf = "application/x-protobuf";
    private const int MaxMessage = 64 << 10;

    /// <exception cref="RpcException">The coordinator refuses, with the status that gRPC would carry.</exception>
    public static void ThrowIfRefused(HttpResponseMessage response)
    {
        if (Header(response, "grpc-status") is { } code
            && int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is > 0 and <= 16)
        {
            throw new RpcException(new Status((StatusCode)status, Uri.UnescapeDataString(Header(response, "grpc-message") ?? "")));
        }
    }

    /// <exception cref="RoadException">It is no receipt.</exception>
    public static async Task<Receipt> ReadReceiptAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode || response.Content.Headers.ContentType?.MediaType != Protobuf
            || response.Content.Headers.ContentLength is not (>= 0 and <= MaxMessage))
        {
            throw Stranger(response);
        }

        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return PushUpdateReply.Parser.ParseFrom(body).Receipt ?? throw Stranger(response);
        }
        catch (InvalidProtocolBufferException)
        {
            throw Stranger(response);
        }
    }

    /// <summary>Checks that the body is the vector from the byte that was asked for to its end.</summary>
    /// <exception cref="RoadException">It is not.</exception>
    public static void CheckRange(HttpResponseMessage response, long offset, long length)
    {
        var headers = response.Content.Headers;
        var whole = (int)response.StatusCode == 200 && offset == 0;
        var rest = (int)response.StatusCode == 206 && headers.ContentRange is { From: { } from } && from == offset;
        if (!(whole || rest) || headers.ContentType?.MediaType == Protobuf || (headers.ContentLength ?? length - offset) != length - offset)
        {
            throw Stranger(response);
        }
    }

    private static RoadException Stranger(HttpResponseMessage response) => new(
        $"the answer is {(int)response.StatusCode} {response.ReasonPhrase}, {response.Content.Headers.ContentType?.MediaType ?? "without a type"}, " +
        "which is not the coordinator's; does a proxy stand in between?",
        broke: false);

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
