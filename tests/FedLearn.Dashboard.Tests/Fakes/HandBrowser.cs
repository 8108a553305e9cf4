using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace FedLearn.Dashboard.Tests.Fakes;

/// <summary>What a browser does, by hand: so that a test can leave out or forge each part.</summary>
internal sealed partial class HandBrowser : IDisposable
{
    private readonly HttpClient _http;

    /// <param name="root">The page.</param>
    /// <param name="fingerprint">Of the certificate that it must show, as the terminal prints it; null where there is no TLS.</param>
    public HandBrowser(string root, string? fingerprint = null)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, _) =>
            shown!.GetCertHashString(HashAlgorithmName.SHA256) == fingerprint?.Replace(":", "", StringComparison.Ordinal);
        _http = new HttpClient(handler) { BaseAddress = new Uri(root) };
    }

    [GeneratedRegex("name=\"formToken\" value=\"([0-9a-f]{64})\"")]
    private static partial Regex FormToken { get; }

    public Task<HttpResponseMessage> GetAsync(string path) => _http.GetAsync(path, TestContext.Current.CancellationToken);

    public async Task<HttpResponseMessage> PostAsync(string path, Dictionary<string, string> form, string? from = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(form) };
        if (from is not null)
        {
            request.Headers.Add("Sec-Fetch-Site", from);
        }

        return await _http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>The form token of a page.</summary>
    public async Task<string> FormTokenAsync(string path)
    {
        using var page = await GetAsync(path);
        return FormToken.Match(await page.Content.ReadAsStringAsync()).Groups[1].Value;
    }

    public async Task<HttpResponseMessage> SignInAsync(string token) =>
        await PostAsync("signin", new() { ["formToken"] = await FormTokenAsync("signin"), ["token"] = token });

    public void Dispose() => _http.Dispose();
}
