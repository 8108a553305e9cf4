using FedLearn.Coordinator.Dashboard.Markup;
using Microsoft.AspNetCore.Http;

namespace FedLearn.Coordinator.Dashboard;

/// <summary>Answers.</summary>
internal static class Reply
{
    /// <summary>A page, with the status that was set.</summary>
    public static Task HtmlAsync(HttpContext http, Html html)
    {
        http.Response.ContentType = "text/html; charset=utf-8";
        return http.Response.WriteAsync(html.ToString(), http.RequestAborted);
    }

    /// <summary>A file to be kept.</summary>
    public static Task FileAsync(HttpContext http, string type, string name, string text)
    {
        http.Response.ContentType = type;
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
        return http.Response.WriteAsync(text, http.RequestAborted);
    }
}
