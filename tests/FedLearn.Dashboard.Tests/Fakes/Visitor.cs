using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace FedLearn.Dashboard.Tests.Fakes;

/// <summary>A browser of its own, which notes whatever it should never see: errors, violations of the policy, requests to other origins.</summary>
internal sealed class Visitor : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _wrong = [];

    private Visitor(IBrowserContext context, IPage page, string root)
    {
        (_context, Page, Root) = (context, page, root);
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !Expected.Any(message.Text.Contains))
            {
                _wrong.Add($"console: {message.Text}");
            }
        };
        page.PageError += (_, error) => _wrong.Add($"script: {error}");
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(new Uri(root).GetLeftPart(UriPartial.Authority), StringComparison.Ordinal))
            {
                _wrong.Add($"a request to {request.Url}");
            }
        };
    }

    public IPage Page { get; }

    public string Root { get; }

    /// <summary>What may stand in errors on the console, since the test brings it about.</summary>
    public List<string> Expected { get; } = [];

    public static async Task<Visitor> ComeAsync(Chromium chromium, string root, bool dark = false, bool phone = false, float scale = 1)
    {
        var context = await chromium.Browser.NewContextAsync(new()
        {
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = phone ? new() { Width = 390, Height = 844 } : new() { Width = 1280, Height = 900 },
            HasTouch = phone,
            DeviceScaleFactor = scale,
            IgnoreHTTPSErrors = true,
        });
        context.SetDefaultTimeout(10_000);
        return new Visitor(context, await context.NewPageAsync(), root);
    }

    /// <summary>Signs in with a token, and ends on the federation's page.</summary>
    public async Task SignInAsync(string token)
    {
        await Page.GotoAsync(Root);
        await Page.GetByLabel("Token of an operator or a viewer").FillAsync(token);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }

    public Task GoToRunAsync(string runId) => Page.GotoAsync($"{Root}runs/{runId}");

    public static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);

    /// <summary>The page is as it should be for whoever uses it: axe finds nothing serious, and nothing is wider than the screen.</summary>
    public async Task AssertAccessibleAsync()
    {
        var result = await Page.RunAxe();
        Assert.Empty(result.Violations.Where(v => v.Impact is "serious" or "critical").Select(v => $"{v.Id}: {v.Help}: {string.Join(" | ", v.Nodes.Take(3).Select(n => n.Html))}"));
        Assert.Equal(0, await Page.EvaluateAsync<int>("() => Math.max(0, document.documentElement.scrollWidth - innerWidth)"));
    }

    /// <summary>Leaves, and says what went wrong meanwhile.</summary>
    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Assert.Empty(_wrong);
    }
}
