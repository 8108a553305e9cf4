using System.Globalization;
using System.Text;
using FedLearn.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FedLearn.Coordinator.Federations;

/// <summary>Answers for a federation that could not be opened: UNAVAILABLE, on every call. The reason is the operator's, and stands in the log.</summary>
internal sealed class ClosedFederation(string name) : ICapturedApplication
{
    private readonly Problem _problem = Problem.Unavailable($"federation '{name}' is out of service; its operator finds the reason in the coordinator's log, and every other federation is served");

    public object CreateContext(IFeatureCollection features) => new DefaultHttpContext(features);

    public async Task ProcessAsync(object context)
    {
        var http = (HttpContext)context;
        http.Response.Headers["grpc-status"] = ((int)_problem.Status).ToString(CultureInfo.InvariantCulture);
        http.Response.Headers["grpc-message"] = Uri.EscapeDataString(_problem.Text);
        if (http.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true)
        {
            http.Response.ContentType = "application/grpc";
            return;
        }

        http.Response.StatusCode = _problem.HttpStatus;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(_problem.Text)).ConfigureAwait(false);
    }

    public void DisposeContext(object context, Exception? exception)
    {
    }
}
