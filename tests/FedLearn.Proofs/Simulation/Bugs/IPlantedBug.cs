using FedLearn.Proofs.Simulation.Server;

namespace FedLearn.Proofs.Simulation.Bugs;

/// <summary>A mistake on purpose: the simulation must find it, or it could not find real ones.</summary>
internal interface IPlantedBug
{
    /// <summary>What the bug does, in a few words.</summary>
    string Summary { get; }

    /// <summary>A coordinator that has the bug.</summary>
    SimParts Plant();
}
