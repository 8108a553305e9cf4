using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using FedLearn.Coordinator.Identity;
using FedLearn.Dashboard.Tests.Fakes;
using FedLearn.Protocol.V1;

namespace FedLearn.Dashboard.Tests;

public sealed class SecurityTests
{
    [Fact]
    public async Task Answers_OverTls_CarryTheHeadersAndAHostCookie()
    {
        await using var federation = await PageFederation.StartAsync(WithAuthorities);
        using var browser = new HandBrowser(federation.Page, federation.Fingerprint);
        using var answer = await browser.SignInAsync(federation.Token);

        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"), c => c.StartsWith("__Host-fedlearn-session=", StringComparison.Ordinal));
        Assert.All(["secure", "httponly", "samesite=strict", "path=/", "max-age=43200"], part => Assert.Contains(part, cookie, StringComparison.OrdinalIgnoreCase));
        using var page = await browser.GetAsync("");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.StartsWith("default-src 'none'; script-src 'self'", Assert.Single(page.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", Assert.Single(page.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(page.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("DENY", Assert.Single(page.Headers.GetValues("X-Frame-Options")));
        Assert.Equal("no-store", page.Headers.CacheControl?.ToString());
    }

    [Fact]
    public async Task Pages_WithoutASession_SendOneToSignInOrAreRefused()
    {
        await using var federation = await PageFederation.StartAsync();
        using var browser = new HandBrowser(federation.Page);
        var run = await federation.CreateAsync();

        foreach (var (path, to) in new[] { ("", "./signin"), ($"runs/{run}", "../signin"), ("create", "./signin"), ($"runs/{run}/versions/0.safetensors", "../../../signin"), ($"runs/{run}/spec.json", "../../signin") })
        {
            using var answer = await browser.GetAsync(path);
            Assert.Equal((HttpStatusCode.SeeOther, to), (answer.StatusCode, answer.Headers.Location?.ToString()));
        }

        foreach (var path in new[] { "events", $"runs/{run}/events" })
        {
            using var answer = await browser.GetAsync(path);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }

        using var stop = await browser.PostAsync($"runs/{run}/stop", new() { ["formToken"] = "x" });
        Assert.Equal(HttpStatusCode.Unauthorized, stop.StatusCode);
    }

    [Fact]
    public async Task Form_WithoutTheSessionsTokenOrFromAnotherSite_ChangesNothing()
    {
        await using var federation = await PageFederation.StartAsync();
        using var browser = new HandBrowser(federation.Page);
        var run = await federation.CreateAsync();
        (await browser.SignInAsync(federation.Token)).Dispose();

        using var without = await browser.PostAsync($"runs/{run}/stop", []);
        using var wrong = await browser.PostAsync($"runs/{run}/stop", new() { ["formToken"] = new string('0', 64) });
        using var foreign = await browser.PostAsync($"runs/{run}/stop", new() { ["formToken"] = await browser.FormTokenAsync("") }, from: "cross-site");

        Assert.All([without, wrong, foreign], answer => Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode));
        Assert.Equal(RunStatus.Open, (await federation.FindAsync(run)).Status);
        using var right = await browser.PostAsync($"runs/{run}/stop", new() { ["formToken"] = await browser.FormTokenAsync("") });
        Assert.Equal(HttpStatusCode.SeeOther, right.StatusCode);
        Assert.Equal(RunStatus.Stopped, (await federation.FindAsync(run)).Status);
    }

    [Fact]
    public async Task Downloads_OfAVersion_AreThePublishedFileAndItsSignedManifest()
    {
        await using var federation = await PageFederation.StartAsync();
        using var browser = new HandBrowser(federation.Page);
        var run = await federation.RunAsync(rounds: 2);
        (await browser.SignInAsync(federation.Token)).Dispose();

        using var file = await browser.GetAsync($"runs/{run}/versions/2.safetensors");
        using var manifest = await browser.GetAsync($"runs/{run}/versions/2.manifest.json");
        using var csv = await browser.GetAsync($"runs/{run}/rounds.csv");
        using var none = await browser.GetAsync($"runs/{run}/versions/9.safetensors");

        var bytes = await file.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.Equal<float>([2f, 2f, 2f, 2f], Values(bytes.AsSpan(bytes.Length - 16)));
        Assert.Equal("attachment; filename=\"paced-2.safetensors\"", file.Content.Headers.ContentDisposition?.ToString());
        var signed = JsonDocument.Parse(await manifest.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(signed.GetProperty("publicKey").GetBytesFromBase64(), out _);
        Assert.True(key.VerifyData(
            System.Text.Encoding.UTF8.GetBytes(signed.GetProperty("statement").GetString()!), signed.GetProperty("signature").GetBytesFromBase64(),
            HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        Assert.Equal(3, (await csv.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).TrimEnd().Split('\n').Length);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    [Fact]
    public async Task Page_AtTheParticipantsAddress_IsNotServed()
    {
        await using var federation = await PageFederation.StartAsync();
        using var http = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using var answer = await http.GetAsync(new Uri($"{federation.ParticipantsAddress}/signin"), TestContext.Current.CancellationToken);

        Assert.NotEqual(HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain("html", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignIn_WithATokenOfLessThanAViewersScopes_IsRefused()
    {
        await using var federation = await PageFederation.StartAsync();
        using var browser = new HandBrowser(federation.Page);

        using var answer = await browser.SignInAsync(federation.MakeToken("ci", Scope.RunsRead | Scope.RunsWrite));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("lacks the scope clients:read", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_OfClientsAndOperators_IsEncoded()
    {
        await using var federation = await PageFederation.StartAsync();
        using var browser = new HandBrowser(federation.Page);
        var run = await federation.CreateAsync();
        (await browser.SignInAsync(federation.Token)).Dispose();
        using var paused = await browser.PostAsync($"runs/{run}/pause", new() { ["formToken"] = await browser.FormTokenAsync(""), ["reason"] = "<script>alert(1)</script>\"'" });

        using var page = await browser.GetAsync($"runs/{run}");
        var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Contains("&lt;script&gt;alert(1)", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", html, StringComparison.Ordinal);
    }

    private static float[] Values(Span<byte> bytes) => MemoryMarshal.Cast<byte, float>(bytes).ToArray();

    private static Coordinator.CoordinatorOptions WithAuthorities(Coordinator.CoordinatorOptions options) => options with
    {
        Insecure = false,
        Pki = Path.Combine(options.DataFolder, "pki", "coordinator"),
        PkiHosts = ["localhost", "127.0.0.1"],
        Listen = "https://127.0.0.1:0",
        Enrolment = "https://127.0.0.1:0",
        Page = null,
    };
}
