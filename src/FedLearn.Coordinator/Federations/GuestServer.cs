using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace FedLearn.Coordinator.Federations;

/// <summary>The server of a federation that has no listeners: it keeps the pipeline, for <see cref="SharedServer"/> to hand requests to.</summary>
/// <param name="shared">The server that listens.</param>
internal sealed class GuestServer(IServer shared) : IServer
{
    /// <summary>The federation's pipeline; null until its host has started.</summary>
    public ICapturedApplication? Application { get; private set; }

    /// <summary>The shared server's, so that a guest knows by which addresses it is called.</summary>
    public IFeatureCollection Features => shared.Features;

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        Application = new CapturedApplication<TContext>(application);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
    }
}
