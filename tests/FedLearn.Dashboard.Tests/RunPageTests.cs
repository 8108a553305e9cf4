using System.Diagnostics;
using FedLearn.Dashboard.Tests.Fakes;
using Microsoft.Playwright;
using static FedLearn.Dashboard.Tests.Fakes.Visitor;

namespace FedLearn.Dashboard.Tests;

[Collection(nameof(Chromium))]
public sealed class RunPageTests(Chromium chromium)
{
    [Fact]
    public async Task RunPage_WhileClientsWork_FollowsEachStepWithinASecond()
    {
        await using var federation = await PageFederation.StartAsync();
        await using var visitor = await ComeAsync(chromium, federation.Page);
        var (a, b) = (new PacedTrainer(), new PacedTrainer());
        var run = await federation.CreateAsync();
        await visitor.SignInAsync(federation.Token);
        await visitor.GoToRunAsync(run);
        await Expect(visitor.Page.Locator("#head")).ToContainTextAsync("waits for 2 clients");

        federation.AddWorker("hospital-a", a);
        federation.AddWorker("hospital-b", b);
        await Expect(visitor.Page.Locator("#now-hospital-a")).ToContainTextAsync("training");
        a.Let(1);
        await Expect(visitor.Page.Locator("#now-hospital-a")).ToContainTextAsync("done");
        await Expect(visitor.Page.Locator("#now-hospital-b")).ToContainTextAsync("training");

        b.Let(1);
        await federation.UntilAsync(run, r => r.Version == 1);
        var clock = Stopwatch.StartNew();
        await Expect(visitor.Page.Locator("#rounds tbody tr").First).ToContainTextAsync("2");
        await Expect(visitor.Page.Locator("#loss path.line[data-name=evaluation]")).ToHaveAttributeAsync("data-x", "1");
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 1);

        (a, b).Item1.Let(1);
        b.Let(1);
        await Expect(visitor.Page.Locator("#loss path.line[data-name=evaluation]")).ToHaveAttributeAsync("data-x", "1 2");
        await Expect(visitor.Page.Locator("#loss path.line[data-name=training]")).ToHaveAttributeAsync("data-y", "1.0000 0.5000");
        await Expect(visitor.Page.Locator("#clients tbody tr")).ToHaveCountAsync(2);
        await Expect(visitor.Page.Locator("#log")).ToContainTextAsync("runCreated");
        await Expect(visitor.Page.Locator("#versions")).ToContainTextAsync("best");
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task EveryPage_InLightAndDarkOnDeskAndPhone_IsAccessibleAndFits(bool dark, bool phone)
    {
        await using var federation = await PageFederation.StartAsync();
        await using var visitor = await ComeAsync(chromium, federation.Page, dark, phone);
        var run = await federation.RunAsync(rounds: 3);
        await visitor.SignInAsync(federation.Token);
        await Expect(visitor.Page.Locator("#participants tbody tr")).ToHaveCountAsync(2);
        await visitor.AssertAccessibleAsync();
        await visitor.GoToRunAsync(run);
        await Expect(visitor.Page.Locator("#head .badge")).ToHaveTextAsync("completed");
        await visitor.AssertAccessibleAsync();
        await visitor.Page.GotoAsync($"{federation.Page}create");
        await visitor.AssertAccessibleAsync();
    }

    [Fact]
    public async Task Theme_Switched_StaysSwitched()
    {
        await using var federation = await PageFederation.StartAsync();
        await using var visitor = await ComeAsync(chromium, federation.Page);
        await visitor.SignInAsync(federation.Token);
        var before = await BackgroundAsync();
        await visitor.Page.Locator("#theme").ClickAsync();
        var after = await BackgroundAsync();

        await visitor.Page.ReloadAsync();

        Assert.NotEqual(before, after);
        Assert.Equal(after, await BackgroundAsync());

        Task<string> BackgroundAsync() => visitor.Page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor");
    }

    [Fact]
    public async Task Chart_UnderKeysAndPointer_ReadsSingleRounds()
    {
        await using var federation = await PageFederation.StartAsync();
        await using var visitor = await ComeAsync(chromium, federation.Page);
        var run = await federation.RunAsync(rounds: 3);
        await visitor.SignInAsync(federation.Token);
        await visitor.GoToRunAsync(run);
        var chart = visitor.Page.Locator("#accuracy svg");

        await chart.FocusAsync();
        await visitor.Page.Keyboard.PressAsync("End");
        await Expect(visitor.Page.Locator("#accuracy output")).ToHaveTextAsync("round 3: evaluation 0.7500");
        await visitor.Page.Keyboard.PressAsync("ArrowLeft");
        await Expect(visitor.Page.Locator("#accuracy output")).ToHaveTextAsync("round 2: evaluation 0.6667");
        await visitor.Page.Locator("#loss svg").HoverAsync(new() { Position = new() { X = 1, Y = 50 } });
        await Expect(visitor.Page.Locator("#loss output")).ToHaveTextAsync("round 1: training 1.0000, evaluation 1.1000");
    }

    [Fact]
    public async Task Overlay_OfAnotherRun_DrawsBothCurves()
    {
        await using var federation = await PageFederation.StartAsync();
        await using var visitor = await ComeAsync(chromium, federation.Page);
        var first = await federation.RunAsync(rounds: 2, name: "first");
        var second = await federation.CreateAsync("second");
        await visitor.SignInAsync(federation.Token);
        await visitor.GoToRunAsync(second);

        await visitor.Page.GetByText("Compare with other runs").ClickAsync();
        await visitor.Page.GetByLabel("first").CheckAsync();
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Draw" }).ClickAsync();

        await Expect(visitor.Page.Locator("#loss path.line[data-name=first]")).ToHaveAttributeAsync("data-x", "1 2");
        Assert.Contains($"with={first}", visitor.Page.Url, StringComparison.Ordinal);
    }
}
