using System.Text.Json;
using FedLearn.Client.Training;
using FedLearn.Core.Models;
using FedLearn.Core.Specs;
using FedLearn.Training;
using FedLearn.Training.Data;

namespace FedLearn.Cli.Demo;

/// <summary>How good a model is on all participants' held-out examples together.</summary>
internal readonly record struct Score(double Loss, double Accuracy);

/// <summary>
/// What the federation is compared with: the same model with the same settings, rounds and initial parameters, trained by one
/// participant alone, or on all data in one place. Both are measured like the federated model, on the union of all test sets.
/// </summary>
internal sealed class Baselines : IDisposable
{
    private readonly RunSpec _spec;
    private readonly IReadOnlyList<(string Id, LocalData Data)> _participants;
    private readonly JsonDocument _model;

    public Baselines(RunSpec spec, IReadOnlyList<(string Id, LocalData Data)> participants)
    {
        (_spec, _participants) = (spec, participants);
        _model = JsonDocument.Parse(spec.Model.Json);
    }

    /// <summary>One participant's model, trained on its own data alone.</summary>
    public Task<Score> AloneAsync(string id, CancellationToken cancellationToken) =>
        TrainAsync(id, _participants.Single(p => p.Id == id).Data, cancellationToken);

    /// <summary>The model trained on everybody's data in one place.</summary>
    public Task<Score> PooledAsync(CancellationToken cancellationToken)
    {
        var first = _participants[0].Data;
        var pooled = first with { Train = DataSet.Concat([.. _participants.Select(p => p.Data.Train)]) };
        return TrainAsync("pooled", pooled, cancellationToken);
    }

    /// <summary>The score of parameters on the union of all test sets.</summary>
    public async Task<Score> EvaluateAsync(ReadOnlyMemory<float> parameters, CancellationToken cancellationToken)
    {
        double loss = 0, accuracy = 0, examples = 0;
        foreach (var (id, data) in _participants)
        {
            var trainer = new LocalTrainer(_spec.Model.Kind, data);
            var result = await trainer.EvaluateAsync(new EvaluationContext(Context(id), _spec.Stop.Rounds, parameters), cancellationToken);
            loss += result.NumExamples * result.Metrics["loss"];
            accuracy += result.NumExamples * result.Metrics["accuracy"];
            examples += result.NumExamples;
        }

        return new Score(loss / examples, accuracy / examples);
    }

    public void Dispose() => _model.Dispose();

    private async Task<Score> TrainAsync(string id, LocalData data, CancellationToken cancellationToken)
    {
        var trainer = new LocalTrainer(_spec.Model.Kind, data);
        var initial = new float[_spec.Model.Manifest.ElementCount];
        new ModelInitializer(_spec.Model.Manifest, _spec.Seed).Fill(0, initial);
        ReadOnlyMemory<float> parameters = initial;
        for (var round = 1; round <= _spec.Stop.Rounds; round++)
        {
            var result = await trainer.FitAsync(new FitContext(Context(id), round, parameters, new Progress<FitProgress>()), cancellationToken);
            parameters = result.Parameters;
        }

        return await EvaluateAsync(parameters, cancellationToken);
    }

    private RunContext Context(string id) =>
        new("demo", id, _spec.Seed, _model.RootElement, _spec.Model.Manifest, _spec.Client, DataSchemaDigest: null);
}
