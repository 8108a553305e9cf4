using Microsoft.AspNetCore.Http;

namespace FedLearn.Coordinator.Dashboard.Signing;

/// <summary>The page's two cookies: out of reach of scripts and of other sites, and over TLS of other hosts and paths too (the prefix __Host-).</summary>
/// <param name="options">The coordinator's settings.</param>
internal sealed class Cookies(CoordinatorOptions options)
{
    private readonly bool _behindTls = options.PageUrl?.StartsWith("https:", StringComparison.OrdinalIgnoreCase) == true;

    public string? Session(HttpRequest request) => request.Cookies[Name(request, "session")];

    /// <summary>What the form of signing in must carry, too.</summary>
    public string? Form(HttpRequest request) => request.Cookies[Name(request, "form")];

    public void SetSession(HttpContext http, string value) => Set(http, "session", value, Signing.Session.Lifetime);

    public void SetForm(HttpContext http, string value) => Set(http, "form", value, TimeSpan.FromHours(1));

    public void DropSession(HttpContext http) => Set(http, "session", "", TimeSpan.Zero);

    private void Set(HttpContext http, string name, string value, TimeSpan lifetime) =>
        http.Response.Cookies.Append(Name(http.Request, name), value, new CookieOptions
        {
            HttpOnly = true,
            Secure = IsSecure(http.Request),
            SameSite = SameSiteMode.Strict,
            Path = "/",
            MaxAge = lifetime,
        });

    private string Name(HttpRequest request, string name) => IsSecure(request) ? $"__Host-fedlearn-{name}" : $"fedlearn-{name}";

    private bool IsSecure(HttpRequest request) => request.IsHttps || _behindTls;
}
