using System.Text.Json;
using FedLearn.Client.Training;
using FedLearn.Core.Models;
using FedLearn.Core.Specs;
using FedLearn.Training.Data;
using FedLearn.Training.Models;
using FedLearn.Training.Sgd;

namespace FedLearn.Training.Tests;

/// <summary>What most tests of this project begin with.</summary>
internal static class Given
{
    public static JsonElement Json(string json) => JsonDocument.Parse(json).RootElement;

    public static ModelDefinition Model(string json)
    {
        var result = ModelRegistry.Create(Json(json));
        Assert.True(result.Ok, result.Message);
        return result.Definition;
    }

    /// <summary>Normal parameters of standard deviation <paramref name="scale"/>.</summary>
    public static float[] Parameters(ModelDefinition model, int seed, double scale = 0.3)
    {
        var random = SeededRandom.For("test/parameters", seed);
        var parameters = new float[model.Manifest.ElementCount];
        foreach (ref var p in parameters.AsSpan())
        {
            p = (float)(scale * random.NextGaussian());
        }

        return parameters;
    }

    /// <summary>Normal features; labels that depend on them, so that there is something to learn.</summary>
    public static DataSet Examples(ModelDefinition model, int count, int seed)
    {
        var random = SeededRandom.For("test/examples", seed);
        var directions = Enumerable.Range(0, Math.Max(model.Classes, 1) * model.Inputs).Select(_ => random.NextGaussian()).ToArray();
        var features = new float[count * model.Inputs];
        var labels = new float[count];
        for (var i = 0; i < count; i++)
        {
            var row = features.AsSpan(i * model.Inputs, model.Inputs);
            foreach (ref var f in row)
            {
                f = (float)random.NextGaussian();
            }

            labels[i] = Label(model, row, directions) + (model.Classifies ? 0 : (float)(0.1 * random.NextGaussian()));
        }

        return DataSet.FromFloats(features, labels, model.Inputs, model.Classes);
    }

    /// <summary>Random characters for a next-character model; the next one repeats the last but one.</summary>
    public static DataSet Characters(ModelDefinition model, int count, int seed)
    {
        var random = SeededRandom.For("test/characters", seed);
        var features = new float[count * model.Inputs];
        foreach (ref var f in features.AsSpan())
        {
            f = random.NextInt(model.Classes);
        }

        float[] labels = [.. Enumerable.Range(1, count).Select(i => features[Math.Max(0, (i * model.Inputs) - 2)])];
        return DataSet.FromFloats(features, labels, model.Inputs, model.Classes);
    }

    public static SgdJob Job(ClientSettings settings, int round = 1, string clientId = "a") =>
        new() { Settings = settings, Seed = 7, Round = round, ClientId = clientId };

    public static RunContext Run(string model, ClientSettings settings, string? digest = null) =>
        new("run", "a", 7, Json(model), Model(model).Manifest, settings, digest);

    private static float Label(ModelDefinition model, ReadOnlySpan<float> row, double[] directions)
    {
        var scores = new double[Math.Max(model.Classes, 1)];
        for (var c = 0; c < scores.Length; c++)
        {
            for (var k = 0; k < row.Length; k++)
            {
                scores[c] += row[k] * directions[(c * row.Length) + k];
            }
        }

        return model.Classifies ? Array.IndexOf(scores, scores.Max()) : (float)(1 + scores[0]);
    }
}
