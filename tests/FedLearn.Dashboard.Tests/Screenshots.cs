using System.Text.Json.Nodes;
using FedLearn.Dashboard.Tests.Fakes;
using FedLearn.Protocol.V1;
using FedLearn.Training;
using FedLearn.Training.Data;
using FedLearn.Training.Data.Digits;
using Microsoft.Playwright;

namespace FedLearn.Dashboard.Tests;

/// <summary>The pictures of the documentation, of real runs: docs/screenshots starts it and says where they go.</summary>
[Collection(nameof(Chromium))]
public sealed class Screenshots(Chromium chromium)
{
    private static readonly string[] s_clients = ["charite", "karolinska", "leiden", "mayo-clinic", "oslo", "st-marys"];

    [Fact(Explicit = true)]
    public async Task Screenshots_OfEveryPage_LightDarkAndPhone()
    {
        var folder = Environment.GetEnvironmentVariable("FEDLEARN_SCREENSHOTS") ?? throw new InvalidOperationException("FEDLEARN_SCREENSHOTS names no folder");
        await using var federation = await PageFederation.StartAsync();
        var last = false;
        foreach (var (id, k) in s_clients.Select((id, k) => (id, k)))
        {
            federation.AddWorker(id, [.. LocalTrainer.ForAllKinds(Digits(k)).Select(t => new HeldTrainer(t, round => last && round > 14 && k > 0))]);
        }

        var first = await CreateAsync(federation, "digits-baseline", 20, 0.01);
        await federation.UntilAsync(first, r => r.Status == RunStatus.Completed);
        last = true;
        var run = await CreateAsync(federation, "digits-faster", 40, 0.06);
        await federation.UntilAsync(run, r => r is { Version: >= 14, Round: >= 15 });

        foreach (var (name, dark, phone) in new[] { ("light", false, false), ("dark", true, false), ("phone", false, true) })
        {
            await using var visitor = await Visitor.ComeAsync(chromium, federation.Page, dark, phone);
            await visitor.Page.GotoAsync($"{federation.Page}signin");
            await TakeAsync("signin");
            await visitor.SignInAsync(federation.Token);
            await Visitor.Expect(visitor.Page.Locator("#participants")).ToContainTextAsync("online");
            await TakeAsync("federation");
            await visitor.Page.GotoAsync($"{federation.Page}runs/{run}?with={first}");
            await Visitor.Expect(visitor.Page.Locator("#now")).ToContainTextAsync("done");
            await TakeAsync("run");
            await TakeAsync("run-top", whole: false);
            await visitor.Page.Locator("#head").GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
            await TakeAsync("pause", whole: false);
            await visitor.Page.GotoAsync($"{federation.Page}create");
            await TakeAsync("create");

            async Task TakeAsync(string page, bool whole = true)
            {
                await visitor.Page.WaitForTimeoutAsync(400);
                await visitor.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{page}-{name}.png"), FullPage = whole });
            }
        }
    }

    private static LocalData Digits(int writer)
    {
        var weights = Enumerable.Range(0, 10).Select(d => (d + writer) % 10 < 4 ? 1.0 : 0.15).ToArray();
        using var train = new DigitsRecordSource(new DigitsOptions { Seed = 3, Writer = writer, Count = 200 + (writer * 130), LabelWeights = weights });
        using var test = new DigitsRecordSource(new DigitsOptions { Seed = 4, Writer = writer, Count = 150, LabelWeights = weights });
        return DataSet.Load(train, test);
    }

    private static async Task<string> CreateAsync(PageFederation federation, string name, int rounds, double rate)
    {
        var spec = (JsonObject)JsonNode.Parse($$"""
            { "name": "{{name}}", "model": { "kind": "mlp", "inputs": 784, "hidden": [64], "classes": 10 }, "stop": { "rounds": {{rounds}} },
              "cohort": { "minimum": 6 }, "closing": { "minUpdates": 6, "maxSeconds": 3000 }, "client": { "epochs": 1, "batchSize": 20, "learningRate": {{rate}} } }
            """)!;
        Cli.Runs.SpecInput.FillTensors(spec);
        return await federation.CreateRunAsync(spec.ToJsonString());
    }
}
