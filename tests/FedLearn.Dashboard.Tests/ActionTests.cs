using FedLearn.Dashboard.Tests.Fakes;
using FedLearn.Protocol.V1;
using Microsoft.Playwright;
using static FedLearn.Dashboard.Tests.Fakes.Visitor;

namespace FedLearn.Dashboard.Tests;

[Collection(nameof(Chromium))]
public sealed class ActionTests(Chromium chromium)
{
    [Fact]
    public async Task Actions_OfAnOperator_AskOnceAndAreRecordedWithItsName()
    {
        await using var federation = await PageFederation.StartAsync();
        await using var visitor = await ComeAsync(chromium, federation.Page);
        var run = await federation.CreateAsync();
        await visitor.SignInAsync(federation.MakeToken("bob", isOperator: true));
        await visitor.GoToRunAsync(run);

        await DoAsync(visitor, "Pause", "a move");
        await Expect(visitor.Page.Locator("#head .badge")).ToHaveTextAsync("paused");
        await Expect(visitor.Page.Locator("#head")).ToContainTextAsync("paused by bob: a move");
        await visitor.AssertAccessibleAsync();
        await DoAsync(visitor, "Resume");
        await Expect(visitor.Page.Locator("#head .badge")).ToHaveTextAsync("waiting");
        await DoAsync(visitor, "Stop", "wrong seed");
        await Expect(visitor.Page.Locator("#head .badge")).ToHaveTextAsync("stopped");

        await Expect(visitor.Page.Locator("#log")).ToContainTextAsync("pauseRun");
        await Expect(visitor.Page.Locator("#log li").First).ToContainTextAsync("stopped by bob: wrong seed");
        await Expect(visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Pause" })).ToHaveCountAsync(0);
        Assert.Equal(RunStatus.Stopped, (await federation.FindAsync(run)).Status);
    }

    [Fact]
    public async Task Dialog_Cancelled_ChangesNothing()
    {
        await using var federation = await PageFederation.StartAsync();
        await using var visitor = await ComeAsync(chromium, federation.Page);
        var run = await federation.CreateAsync();
        await visitor.SignInAsync(federation.Token);
        await visitor.GoToRunAsync(run);

        await visitor.Page.Locator("#head").GetByRole(AriaRole.Button, new() { Name = "Stop" }).ClickAsync();
        await Expect(visitor.Page.Locator("dialog#stop")).ToBeVisibleAsync();
        await visitor.AssertAccessibleAsync();
        await visitor.Page.Locator("dialog#stop").GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(visitor.Page.Locator("dialog#stop")).ToBeHiddenAsync();
        await visitor.Page.Locator("#head").GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await visitor.Page.Keyboard.PressAsync("Escape");

        Assert.Equal((RunStatus.Open, false), (await federation.FindAsync(run)) is var r ? (r.Status, r.Paused) : default);
    }

    [Fact]
    public async Task Viewer_OnEveryPage_MayLookAndChangeNothing()
    {
        await using var federation = await PageFederation.StartAsync();
        await using var visitor = await ComeAsync(chromium, federation.Page);
        visitor.Expected.Add("403");
        var run = await federation.CreateAsync();
        await visitor.SignInAsync(federation.MakeToken("carol", isOperator: false));
        await Expect(visitor.Page.GetByText("paced", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Link, new() { Name = "New run" })).ToHaveCountAsync(0);
        await visitor.GoToRunAsync(run);
        await Expect(visitor.Page.Locator("#head .actions")).ToHaveCountAsync(0);

        // Its own form token, sent to an action all the same.
        var answer = await visitor.Page.EvaluateAsync<int>($$"""
            async () => (await fetch("{{run}}/stop", { method: "POST", body: new URLSearchParams({ formToken: document.querySelector("[name=formToken]").value }) })).status
            """);
        await visitor.Page.GotoAsync($"{federation.Page}create");

        Assert.Equal(403, answer);
        await Expect(visitor.Page.GetByText("A viewer may look at everything")).ToBeVisibleAsync();
        Assert.Equal(RunStatus.Open, (await federation.FindAsync(run)).Status);
    }

    [Fact]
    public async Task Create_FromFieldsAndASpec_ShowsAllMistakesInPlaceAndThenCreates()
    {
        await using var federation = await PageFederation.StartAsync();
        await using var visitor = await ComeAsync(chromium, federation.Page);
        visitor.Expected.Add("422");
        await visitor.SignInAsync(federation.Token);
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "New run" }).ClickAsync();
        var page = visitor.Page;

        await page.GetByLabel("Rounds").FillAsync("-1");
        await page.GetByLabel("Learning rate").FillAsync("fast");
        await page.GetByLabel("Spec").FillAsync("""{ "name": "typed", "model": { "kind": "mlp", "inputs": 784, "hidden": [8], "classes": 10 }, "colour": "blue", "bounds": { "maxNorm": -2 } }""");
        await SubmitAsync(page);

        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("4 mistakes; nothing was created");
        await Expect(page.Locator("#stop-rounds-hint")).ToContainTextAsync("expected");
        await Expect(page.Locator("#client-learningRate-hint")).ToContainTextAsync("expected");
        await Expect(page.Locator("#spec-mistakes")).ToContainTextAsync("colour");
        await Expect(page.Locator("#spec-mistakes")).ToContainTextAsync("bounds.maxNorm");
        await visitor.AssertAccessibleAsync();

        await page.GetByLabel("Rounds").FillAsync("3");
        await page.GetByLabel("Learning rate").FillAsync("0.1");
        await page.GetByLabel("Spec").FillAsync("""{ "name": "typed", "model": { "kind": "mlp", "inputs": 784, "hidden": [8], "classes": 10 } }""");
        await page.GetByRole(AriaRole.Button, new() { Name = "Check only" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status).GetByText("no mistake")).ToBeVisibleAsync();
        await SubmitAsync(page);

        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "typed" })).ToBeVisibleAsync();
        await Expect(page.Locator("#head")).ToContainTextAsync("0 / 3");
    }

    private static async Task SubmitAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Create run" }).ClickAsync();
        await page.Locator("#create-ask").GetByRole(AriaRole.Button, new() { Name = "Create", Exact = true }).ClickAsync();
    }

    private static async Task DoAsync(Visitor visitor, string action, string? reason = null)
    {
        await visitor.Page.Locator("#head").GetByRole(AriaRole.Button, new() { Name = action }).ClickAsync();
        var dialog = visitor.Page.Locator($"dialog#{action.ToLowerInvariant()}");
        if (reason is not null)
        {
            await dialog.GetByLabel("Reason, for the record").FillAsync(reason);
        }

        await dialog.GetByRole(AriaRole.Button, new() { Name = action, Exact = true }).ClickAsync();
    }
}
