using System.Text.Encodings.Web;
using System.Text.Json;
using FedLearn.Coordinator.Dashboard.Pages;
using FedLearn.Coordinator.Dashboard.Signing;
using FedLearn.Coordinator.Rounds;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FedLearn.Coordinator.Dashboard.Live;

/// <summary>
/// Server-sent events: the parts of a page, each again whenever it says something else. All of them come first, so that who lost the
/// connection and comes back misses nothing.
/// </summary>
internal sealed class EventStream(TimeProvider time)
{
    /// <summary>The most pages that are watched at once.</summary>
    public const int Most = 200;

    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_least = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan s_alive = TimeSpan.FromSeconds(10);

    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private int _open;

    /// <summary>Sends until the reader goes or its session ends.</summary>
    public async Task SendAsync(HttpContext http, Session session, RunFeed? feed, IReadOnlyList<Fragment> fragments)
    {
        if (HttpMethods.IsHead(http.Request.Method))
        {
            return;
        }

        if (Interlocked.Increment(ref _open) > Most)
        {
            Interlocked.Decrement(ref _open);
            http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, session.Ended);
        try
        {
            http.Response.ContentType = "text/event-stream";
            http.Response.Headers["X-Accel-Buffering"] = "no";
            http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            await PumpAsync(http.Response, feed, fragments, stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Nobody reads any more, or nobody may.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task PumpAsync(HttpResponse response, RunFeed? feed, IReadOnlyList<Fragment> fragments, CancellationToken stop)
    {
        var last = new string[fragments.Count];
        var (all, silent) = (true, TimeSpan.Zero);
        while (true)
        {
            // Taken before reading: a change during the read wakes the next turn.
            var change = feed is null || feed.IsClosed ? null : feed.NextChange();
            silent = await SendChangedAsync(response, fragments, last, all, stop).ConfigureAwait(false) ? TimeSpan.Zero : silent;
            if (silent >= s_alive)
            {
                await response.WriteAsync("event: alive\ndata: \n\n", stop).ConfigureAwait(false);
                silent = TimeSpan.Zero;
            }

            await response.Body.FlushAsync(stop).ConfigureAwait(false);
            await Task.Delay(s_least, time, stop).ConfigureAwait(false);
            var tick = Task.Delay(s_tick - s_least, time, stop);
            all = await Task.WhenAny(change ?? tick, tick).ConfigureAwait(false) == change;
            stop.ThrowIfCancellationRequested();
            silent += s_tick;
        }
    }

    private static async Task<bool> SendChangedAsync(HttpResponse response, IReadOnlyList<Fragment> fragments, string[] last, bool all, CancellationToken stop)
    {
        var sent = false;
        for (var i = 0; i < fragments.Count; i++)
        {
            if (!all && fragments[i].Pace == Pace.Change)
            {
                continue;
            }

            var html = fragments[i].Render().ToString();
            if (html != last[i])
            {
                var data = JsonSerializer.Serialize(new[] { fragments[i].Id, html }, s_json);
                await response.WriteAsync($"event: part\ndata: {data}\n\n", stop).ConfigureAwait(false);
                (last[i], sent) = (html, true);
            }
        }

        return sent;
    }
}
