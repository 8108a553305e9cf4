using Microsoft.AspNetCore.Http;

namespace FedLearn.Coordinator.Dashboard;

/// <summary>Sends a browser on after a form: by a relative address, which holds behind any prefix.</summary>
internal static class Redirect
{
    public static void To(HttpContext http, string relative)
    {
        http.Response.StatusCode = StatusCodes.Status303SeeOther;
        http.Response.Headers.Location = relative;
    }
}
