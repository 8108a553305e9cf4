using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace FedLearn.Coordinator.Federations;

/// <summary>
/// The listeners of several federations: each request goes to the pipeline of the one that its credentials name, before there is a context for it,
/// so that two federations have nothing of a request in common but the connection.
/// </summary>
internal sealed class SharedServer(IServer listeners, FederationSwitch federations) : IServer
{
    public IFeatureCollection Features => listeners.Features;

    /// <summary>Puts this server in the place of the one that listens.</summary>
    public static void Use(IServiceCollection services, FederationSwitch federations)
    {
        var listeners = services.Last(s => s.ServiceType == typeof(IServer)).ImplementationType!;
        services.AddSingleton(federations);
        services.AddSingleton<IServer>(s => new SharedServer((IServer)ActivatorUtilities.CreateInstance(s, listeners), federations));
    }

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull =>
        listeners.StartAsync(new SharedApplication(new CapturedApplication<TContext>(application), federations), cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => listeners.StopAsync(cancellationToken);

    public void Dispose() => listeners.Dispose();

    /// <summary>
    /// The pipelines as one. Its contexts are of a type of its own: a connection keeps the last context of its type for the next request, and
    /// that may be another federation's.
    /// </summary>
    private sealed class SharedApplication(ICapturedApplication home, FederationSwitch federations) : IHttpApplication<RoutedContext>
    {
        public RoutedContext CreateContext(IFeatureCollection contextFeatures)
        {
            var application = federations.Find(contextFeatures) ?? home;
            return new RoutedContext(application, application.CreateContext(contextFeatures));
        }

        public Task ProcessRequestAsync(RoutedContext context) => context.Application.ProcessAsync(context.Inner);

        public void DisposeContext(RoutedContext context, Exception? exception) => context.Application.DisposeContext(context.Inner, exception);
    }

    private sealed record RoutedContext(ICapturedApplication Application, object Inner);
}
