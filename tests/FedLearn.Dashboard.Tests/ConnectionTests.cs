using FedLearn.Dashboard.Tests.Fakes;
using static FedLearn.Dashboard.Tests.Fakes.Visitor;

namespace FedLearn.Dashboard.Tests;

[Collection(nameof(Chromium))]
public sealed class ConnectionTests(Chromium chromium)
{
    [Fact]
    public async Task Connection_LostAndBack_SaysSoAndShowsWhatHappenedMeanwhile()
    {
        await using var federation = await PageFederation.StartAsync();
        await using var cable = new Cable(federation.Page);
        await using var visitor = await ComeAsync(chromium, cable.Root);
        visitor.Expected.Add("net::ERR_");
        var run = await federation.CreateAsync("before");
        await visitor.SignInAsync(federation.Token);
        await visitor.GoToRunAsync(run);
        var state = visitor.Page.Locator("#connection");
        await Expect(state).ToHaveTextAsync("live");

        cable.Cut();
        await Expect(state).ToHaveTextAsync("connection lost, trying again");
        await federation.PauseAsync(run);
        await visitor.AssertAccessibleAsync();
        cable.Mend();

        await Expect(state).ToHaveTextAsync("live");
        await Expect(visitor.Page.Locator("#head .badge")).ToHaveTextAsync("paused");
    }

    [Fact]
    public async Task Prefix_OfAProxyThatKeepsIt_HoldsOnEveryPage()
    {
        await using var federation = await PageFederation.StartAsync(o => o with { PageUrl = "http://proxy.example/fed" });
        var root = $"{federation.PageAddress}/fed/";
        await using var visitor = await ComeAsync(chromium, root);
        var run = await federation.RunAsync(rounds: 1);

        await visitor.SignInAsync(federation.Token);
        await Expect(visitor.Page.Locator("#participants tbody tr")).ToHaveCountAsync(2);
        await visitor.Page.GetByText("paced", new() { Exact = true }).ClickAsync();
        await Expect(visitor.Page.Locator("#head .badge")).ToHaveTextAsync("completed");
        await Expect(visitor.Page.Locator("#connection")).ToHaveTextAsync("live");

        Assert.Equal($"{root}runs/{run}", visitor.Page.Url);
        Assert.StartsWith("http://proxy.example/fed/signin?word=", federation.SignInLink(), StringComparison.Ordinal);
        Assert.Equal(0, await visitor.Page.Locator("[href^='/'], [action^='/'], [src^='/']").CountAsync());
    }
}
