using Microsoft.Playwright;

namespace FedLearn.Dashboard.Tests.Fakes;

/// <summary>
/// Debian's chromium, started once for all tests. Where there is none, tests skip with the reason; with <c>FEDLEARN_REQUIRE_BROWSER=1</c> (CI) they fail instead.
/// </summary>
public sealed class Chromium : IAsyncLifetime
{
    private const string Path = "/usr/bin/chromium";

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public IBrowser Browser
    {
        get
        {
            if (_browser is null)
            {
                var reason = $"there is no {Path}; `apt-get install chromium` brings it";
                if (Environment.GetEnvironmentVariable("FEDLEARN_REQUIRE_BROWSER") == "1")
                {
                    Assert.Fail($"{reason} (FEDLEARN_REQUIRE_BROWSER=1)");
                }

                Assert.Skip(reason);
            }

            return _browser!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists(Path))
        {
            return;
        }

        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Path,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }
}

[CollectionDefinition(nameof(Chromium))]
public sealed class ChromiumTests : ICollectionFixture<Chromium>;
