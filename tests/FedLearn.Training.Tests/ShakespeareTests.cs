using FedLearn.Core.Models;
using FedLearn.Core.Specs;
using FedLearn.Testing;
using FedLearn.Training.Data;
using FedLearn.Training.Sgd;

namespace FedLearn.Training.Tests;

public class ShakespeareTests
{
    private static readonly Lazy<string> s_text = new(() => File.ReadAllText(SharedData.PathOf("tinyshakespeare/input.txt")));

    [Fact]
    public void ByRole_OfTheWholeText_FindsItsSpeakers()
    {
        var roles = TextRecordSource.ByRole(s_text.Value);

        Assert.Equal(299, roles.Count);
        Assert.Equal("First Citizen", roles[0].Role);
        Assert.StartsWith("Before we proceed any further, hear me speak.", roles[0].Text, StringComparison.Ordinal);
        Assert.Equal("GLOUCESTER", roles.MaxBy(role => role.Text.Length).Role);
        Assert.Equal(65, TextSchema.AlphabetOf(s_text.Value).Length);
    }

    [Fact]
    public void NextCharacterModel_OnOneRole_LearnsMoreThanHowOftenCharactersAre()
    {
        var role = TextRecordSource.ByRole(s_text.Value).Single(r => r.Role == "GLOUCESTER").Text;
        var schema = new TextSchema(TextSchema.AlphabetOf(s_text.Value), 20);
        var cut = role.Length * 4 / 5;
        using TextRecordSource train = new(schema, role[..cut], stride: 7), test = new(schema, role[cut..], stride: 7);
        var data = DataSet.Load(train, test);
        var model = Given.Model("""{"kind":"lstm","length":20,"classes":65,"hidden":32}""");
        var start = new float[model.Manifest.ElementCount];
        new ModelInitializer(model.Manifest, 1).Fill(0, start);
        var settings = new ClientSettings { Epochs = 6, BatchSize = 16, LearningRate = 0.1, Momentum = 0.9 };
        var sgd = new LocalSgd(model, data.Train, start, Given.Job(settings));
        sgd.Run(TestContext.Current.CancellationToken);

        var (before, _) = Evaluator.Run(model, data.Test, start, 1, TestContext.Current.CancellationToken);
        var (after, _) = Evaluator.Run(model, data.Test, sgd.Parameters, 1, TestContext.Current.CancellationToken);

        // What a model could reach that knew the test part's own frequencies, and nothing of what stands before.
        var frequencies = data.Test.Labels.ToArray().CountBy(label => label).Select(l => (double)l.Value / data.Test.Count);
        var entropy = -frequencies.Sum(p => p * Math.Log(p));
        Assert.True(before > 4 && after < entropy - 0.3, $"loss {before}, then {after}; entropy {entropy}");
    }
}
