using FedLearn.Client.Tests.Fakes;
using FedLearn.Client.Tests.Vault;
using FedLearn.Client.Training;

namespace FedLearn.Client.Tests.Session;

/// <summary>A fake coordinator and a folder for the worker under test.</summary>
public abstract class SessionTestBase : IAsyncLifetime
{
    private protected TempFolder Folder { get; } = new();

    private protected FakeCoordinator Coordinator { get; private set; } = null!;

    private protected FakeFederation Service => Coordinator.Service;

    public async ValueTask InitializeAsync() => Coordinator = await FakeCoordinator.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Coordinator.DisposeAsync();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected Worker StartWorker(ITrainer trainer, Func<WorkerOptions, WorkerOptions>? change = null) =>
        Worker.Start(Coordinator.Address, Folder, trainer, change);
}
