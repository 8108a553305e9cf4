using System.Collections.Concurrent;
using System.Globalization;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace FedLearn.Client.Tests.Fakes;

/// <summary>The fake's other road: the same versions and uploads over HTTP/1.1, as the comment of Road specifies, and its misbehaviour.</summary>
internal sealed class FakeRoad(FakeFederation service)
{
    private const string Ticket = "ticket-of-";

    /// <summary>Where clients are sent; null offers no road.</summary>
    public string? Url { get; set; }

    /// <summary>Requests that came, such as <c>PUT bytes 0-99/100</c> and <c>GET bytes=5-</c>.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>The next requests are answered with this status and nothing of the coordinator, as a proxy does.</summary>
    public ConcurrentQueue<int> Strangers { get; } = new();

    /// <summary>The next requests are refused by the coordinator.</summary>
    public ConcurrentQueue<Status> Refusals { get; } = new();

    /// <summary>The next uploads break when this many of the update's bytes are in.</summary>
    public ConcurrentQueue<long> CutUploadsAt { get; } = new();

    /// <summary>The next downloads break at this byte.</summary>
    public ConcurrentQueue<long> CutDownloadsAt { get; } = new();

    /// <summary>Bytes of vectors that arrived.</summary>
    public long BytesIn { get; private set; }

    public Road? To(string client, string path) => Url is { } url ? new Road { Url = url + path, Ticket = Ticket + client } : null;

    public void Map(WebApplication app)
    {
        app.MapPut("/uploads/{id}", (HttpContext context, string id) => AnswerAsync(context, client => PutAsync(context, client, id)));
        app.MapGet("/models/{run}/{version:int}/{state?}", (HttpContext context, string run, int version, string? state) =>
            AnswerAsync(context, _ => GetAsync(context, run, version, state ?? "")));
    }

    private async Task AnswerAsync(HttpContext context, Func<string, Task> answer)
    {
        var range = context.Request.Method == "PUT" ? context.Request.Headers.ContentRange : context.Request.Headers.Range;
        Requests.Enqueue($"{context.Request.Method} {range}".Trim());
        if (Strangers.TryDequeue(out var status))
        {
            context.Response.StatusCode = status;
            return;
        }

        try
        {
            if (Refusals.TryDequeue(out var refusal))
            {
                throw new RpcException(refusal);
            }

            var client = service.ClientOf(context.Request.Headers.Authorization.ToString()["Bearer ".Length..]);
            Assert.Equal(Ticket + client, context.Request.Headers["fedlearn-ticket"].ToString());
            await answer(client);
        }
        catch (RpcException refused)
        {
            context.Response.StatusCode = StatusCodes.Status409Conflict;
            context.Response.Headers["grpc-status"] = ((int)refused.StatusCode).ToString(CultureInfo.InvariantCulture);
            context.Response.Headers["grpc-message"] = Uri.EscapeDataString(refused.Status.Detail);
            await context.Response.WriteAsync(refused.Status.Detail);
        }
    }

    private async Task PutAsync(HttpContext context, string client, string id)
    {
        var range = ContentRangeHeaderValue.Parse(context.Request.Headers.ContentRange.ToString());
        var bytes = service.Uploads.BytesOf(id);
        if (range.From != bytes.Length)
        {
            throw new RpcException(new Status(StatusCode.FailedPrecondition, $"the upload stands at {bytes.Length}"));
        }

        var end = CutUploadsAt.TryDequeue(out var cut) ? cut : long.MaxValue;
        var buffer = new byte[64 << 10];
        while (await context.Request.Body.ReadAsync(buffer) is > 0 and var read)
        {
            BytesIn += read;
            bytes.Write(buffer.AsSpan(0, (int)Math.Min(read, end - bytes.Length)));
            if (bytes.Length == end)
            {
                context.Abort();
                return;
            }
        }

        var receipt = service.Uploads.Finish(client, id, context.Abort);
        context.Response.ContentType = "application/x-protobuf";
        var body = new PushUpdateReply { Receipt = receipt }.ToByteArray();
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body);
    }

    private async Task GetAsync(HttpContext context, string run, int version, string state)
    {
        var bytes = service.Models.BytesOf(run, version, state);
        var from = context.Request.Headers.Range is [{ } text] ? (int)RangeHeaderValue.Parse(text).Ranges.Single().From! : 0;
        context.Response.StatusCode = from > 0 ? StatusCodes.Status206PartialContent : StatusCodes.Status200OK;
        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = bytes.Length - from;
        if (from > 0)
        {
            context.Response.Headers.ContentRange = $"bytes {from}-{bytes.Length - 1}/{bytes.Length}";
        }

        var end = CutDownloadsAt.TryDequeue(out var cut) ? (int)cut : bytes.Length;
        await context.Response.Body.WriteAsync(bytes.AsMemory(from, end - from));
        if (end < bytes.Length)
        {
            await context.Response.Body.FlushAsync();
            context.Abort();
        }
    }
}
