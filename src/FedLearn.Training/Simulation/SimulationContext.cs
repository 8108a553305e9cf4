using System.Text.Json;
using FedLearn.Client.Training;
using FedLearn.Core.Specs;
using FedLearn.Training.Models;

namespace FedLearn.Training.Simulation;

/// <summary>What the parts of a simulated run share.</summary>
internal sealed class SimulationContext
{
    private readonly JsonElement _modelJson;

    /// <exception cref="InvalidDataException">The spec's model is no built-in one.</exception>
    public SimulationContext(SimulationSetup setup)
    {
        Setup = setup with { Data = setup.Adversary.Poison(setup.Data, setup.Spec.Seed) };
        using var json = JsonDocument.Parse(setup.Spec.Model.Json);
        _modelJson = json.RootElement.Clone();
        var model = ModelRegistry.Create(_modelJson);
        Model = model.Definition ?? throw new InvalidDataException($"a simulation trains built-in models only: {model.Message}");
        Threads = setup.Threads > 0 ? setup.Threads : Environment.ProcessorCount;
    }

    public SimulationSetup Setup { get; }

    public RunSpec Spec => Setup.Spec;

    public ModelDefinition Model { get; }

    public int Threads { get; }

    /// <summary>What a client is told of the run.</summary>
    public RunContext RunOf(string clientId, ClientSettings settings) =>
        new("simulation", clientId, Spec.Seed, _modelJson, Spec.Model.Manifest, settings, Spec.DataSchema);
}
