using FedLearn.Dashboard.Tests.Fakes;
using Microsoft.Playwright;
using static FedLearn.Dashboard.Tests.Fakes.Visitor;

namespace FedLearn.Dashboard.Tests;

[Collection(nameof(Chromium))]
public sealed class SignInTests(Chromium chromium)
{
    [Fact]
    public async Task SignIn_WithTheOperatorsToken_ShowsTheFederation()
    {
        await using var federation = await PageFederation.StartAsync();
        await using var visitor = await ComeAsync(chromium, federation.Page);
        await visitor.Page.GotoAsync($"{federation.Page}create");
        await visitor.AssertAccessibleAsync();

        await visitor.SignInAsync(federation.Token);

        await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Name = "Federation" })).ToBeVisibleAsync();
        await Expect(visitor.Page.GetByText("No run yet.")).ToBeVisibleAsync();
        await visitor.AssertAccessibleAsync();
    }

    [Fact]
    public async Task SignIn_WithAnotherToken_SaysSoUntilThereWereTooManyTries()
    {
        await using var federation = await PageFederation.StartAsync();
        await using var visitor = await ComeAsync(chromium, federation.Page);
        visitor.Expected.Add("401");
        visitor.Expected.Add("429");
        for (var tries = 0; tries < 10; tries++)
        {
            await visitor.SignInAsync(new string('0', 64));
            await Expect(visitor.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("the token is not known here");
        }

        await visitor.SignInAsync(new string('0', 64));

        await Expect(visitor.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("Too many tries");
    }

    [Fact]
    public async Task SignInLink_OfTheTerminal_ServesOnce()
    {
        await using var federation = await PageFederation.StartAsync();
        var link = federation.SignInLink();
        await using (var visitor = await ComeAsync(chromium, federation.Page))
        {
            await UseAsync(visitor, link);
            await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Name = "Federation" })).ToBeVisibleAsync();
            await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
            await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        }

        await using var second = await ComeAsync(chromium, federation.Page);
        second.Expected.Add("401");
        await UseAsync(second, link);
        await Expect(second.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("used already");
    }

    [Fact]
    public async Task Session_OfATokenThatIsDeleted_EndsAtOnce()
    {
        await using var federation = await PageFederation.StartAsync();
        await using var visitor = await ComeAsync(chromium, federation.Page);
        visitor.Expected.Add("401");
        await visitor.SignInAsync(federation.MakeToken("alice", isOperator: false));
        await Expect(visitor.Page.GetByText("alice (viewer)")).ToBeVisibleAsync();

        federation.DeleteToken("alice");

        await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
    }

    private static async Task UseAsync(Visitor visitor, string link)
    {
        await visitor.Page.GotoAsync(link);
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Continue as operator" }).ClickAsync();
    }
}
