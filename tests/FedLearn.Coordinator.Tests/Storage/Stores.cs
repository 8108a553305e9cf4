using FedLearn.Coordinator.Provenance;
using FedLearn.Coordinator.Storage;
using FedLearn.Coordinator.Storage.Log;

namespace FedLearn.Coordinator.Tests.Storage;

/// <summary>The stores of a data folder, as the coordinator has them.</summary>
internal static class Stores
{
    public static LogBook Log(DataFolder folder, CoordinatorDbFactory factory) => new(factory, SigningKey.Open(folder.SigningKey), TimeProvider.System);

    public static RunStore Runs(DataFolder folder, CoordinatorDbFactory factory) => new(factory, Log(folder, factory), TimeProvider.System);
}
