using FedLearn.Coordinator.Identity;
using FedLearn.Coordinator.Ingest.Uploads;
using FedLearn.Coordinator.Models;
using FedLearn.Coordinator.Operations;
using FedLearn.Coordinator.Operations.Limits;
using FedLearn.Coordinator.Rounds;
using FedLearn.Protocol;
using FedLearn.Protocol.V1;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FedLearn.Coordinator.Ingest.Roads;

/// <summary>
/// The vectors' other road, as the comment of <c>Road</c> in federation.proto specifies it: thin, like the gRPC service beside it, with the
/// same identity, reader, checks, receipts and errors.
/// </summary>
internal sealed class HttpRoad(
    Callers callers,
    CallQuota quota,
    CallErrors errors,
    DrainState drain,
    UploadBook book,
    OwnRuns own,
    UpdateIngest ingest,
    ModelFeed models,
    VectorFeed vectors,
    CoordinatorOptions options,
    TimeProvider time)
{
    private const string TicketHeader = "fedlearn-ticket";
    private const string Protobuf = "application/x-protobuf";
    private const string Bytes = "application/octet-stream";

    /// <summary>Adds the road's two requests.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPut($"{RoadOffer.Updates}{{**upload}}", (RequestDelegate)(http => GuardAsync(http, PutAsync)));
        routes.MapGet($"{RoadOffer.Models}{{run}}/{{version:int:min(0)}}/{{state?}}", (RequestDelegate)(http => GuardAsync(http, GetAsync)));
    }

    private async Task PutAsync(HttpContext http, string clientId)
    {
        if (drain.IsDraining)
        {
            throw Problem.Unavailable("the coordinator is stopping; reconnect in a few seconds").ToException();
        }

        using var counted = drain.Enter();
        var upload = Find((string)http.GetRouteValue("upload")!, clientId, http.Request.Headers[TicketHeader]);
        var (first, problem) = ByteRanges.OfUpload(http.Request, upload.Update.ByteLength);
        if (problem is not null)
        {
            throw problem.ToException();
        }

        RequestPace.LeaveToIngest(http);
        using var body = new PipeBody(http.Request.BodyReader);
        var receipt = await ingest.PutAsync(upload, first, body, http.RequestAborted);
        var reply = new PushUpdateReply { Receipt = receipt }.ToByteArray();
        http.Response.ContentType = Protobuf;
        http.Response.ContentLength = reply.Length;
        await http.Response.Body.WriteAsync(reply, http.RequestAborted);
    }

    private async Task GetAsync(HttpContext http, string clientId)
    {
        var run = (string)http.GetRouteValue("run")!;
        own.Require(run, clientId);
        var version = models.Find(run, int.Parse((string)http.GetRouteValue("version")!));
        var (first, end, isPart, problem) = ByteRanges.OfModel(http.Request, version.ByteLength);
        if (problem is not null)
        {
            throw problem.ToException();
        }

        await vectors.WriteAsync(clientId, version, (string?)http.GetRouteValue("state") ?? "", first, end, StartAsync, http.Response.BodyWriter, http.RequestAborted);

        Task StartAsync()
        {
            http.Response.ContentType = Bytes;
            http.Response.ContentLength = end - first;
            http.Response.Headers.AcceptRanges = "bytes";
            if (isPart && end > first)
            {
                http.Response.StatusCode = StatusCodes.Status206PartialContent;
                http.Response.Headers.ContentRange = $"bytes {first}-{end - 1}/{version.ByteLength}";
            }

            return http.Response.StartAsync(http.RequestAborted);
        }
    }

    private OpenedUpload Find(string uploadId, string clientId, string? ticket)
    {
        if (book.Find(uploadId, clientId) is not { IsOpen: true } upload)
        {
            throw Problem.FailedPrecondition($"upload '{uploadId}' is not open for this client; call OpenUpdate, which returns its receipt or a road to go on").ToException();
        }

        return upload.Admits(ticket)
            ? upload
            : throw Problem.PermissionDenied($"the header '{TicketHeader}' does not hold the ticket of upload '{uploadId}'; OpenUpdate returns it with the road").ToException();
    }

    private async Task GuardAsync(HttpContext http, Func<HttpContext, string, Task> handle)
    {
        var gone = http.RequestAborted;
        var limit = options.Limits.TransferSeconds;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(limit), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(gone, deadline.Token);
        http.RequestAborted = either.Token;
        try
        {
            quota.Arrive(http.Connection.RemoteIpAddress);
            var caller = callers.Identify(http, $"{http.Request.Method} {http.Request.Path}", forOperators: false);
            using var end = caller.WhenEnded(http.Abort);
            using var share = quota.Enter(caller.ClientId!);
            await handle(http, caller.ClientId!);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !gone.IsCancellationRequested)
        {
            http.RequestAborted = gone;
            await RefuseAsync(http, Problem.TooSlow($"a request may take {limit} s at most (--transfer-seconds); ask again, and go on where it was"));
        }
        catch (Exception e) when (errors.Map(e, gone) is { } problem)
        {
            http.RequestAborted = gone;
            await RefuseAsync(http, problem);
        }
    }

    private static async Task RefuseAsync(HttpContext http, Problem problem)
    {
        var response = http.Response;
        if (response.HasStarted)
        {
            // Too late for a status: the caller sees a body that is too short, and hears why when it asks for the rest.
            http.Abort();
            return;
        }

        response.Clear();
        response.StatusCode = problem.HttpStatus;
        response.Headers["grpc-status"] = ((int)problem.Status).ToString();
        response.Headers["grpc-message"] = Uri.EscapeDataString(problem.Text);
        response.ContentType = "text/plain; charset=utf-8";
        try
        {
            await response.WriteAsync(problem.Text, http.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // Nobody listens any more.
        }
    }
}
