using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FedLearn.Coordinator.Dashboard;

/// <summary>The page's style sheet, scripts and icon, embedded in the assembly. Their addresses carry their hash, so that they may be kept for ever.</summary>
internal static class Assets
{
    private const string Prefix = "FedLearn.Coordinator.Dashboard.Assets.";

    private static readonly FrozenDictionary<string, byte[]> s_files = typeof(Assets).Assembly.GetManifestResourceNames()
        .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal))
        .ToFrozenDictionary(n => n[Prefix.Length..], Read, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> s_hashes =
        s_files.ToFrozenDictionary(f => f.Key, f => Convert.ToHexStringLower(SHA256.HashData(f.Value))[..12], StringComparer.Ordinal);

    /// <summary>An asset's address, relative to the page's root.</summary>
    public static string Path(string name) => $"assets/{s_hashes[name]}/{name}";

    /// <summary>Sends an asset.</summary>
    public static Task SendAsync(HttpContext http)
    {
        var name = (string)http.GetRouteValue("name")!;
        if (!s_files.TryGetValue(name, out var bytes))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        http.Response.ContentType = System.IO.Path.GetExtension(name) switch
        {
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            _ => "image/svg+xml",
        };
        http.Response.Headers.CacheControl = (string?)http.GetRouteValue("hash") == s_hashes[name] ? "public, max-age=31536000, immutable" : "no-cache";
        http.Response.ContentLength = bytes.Length;
        return http.Response.Body.WriteAsync(bytes, http.RequestAborted).AsTask();
    }

    private static byte[] Read(string name)
    {
        using var stream = typeof(Assets).Assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
