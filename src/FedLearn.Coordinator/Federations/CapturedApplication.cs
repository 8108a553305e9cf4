using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace FedLearn.Coordinator.Federations;

/// <summary>What answers the requests of a federation.</summary>
internal interface ICapturedApplication
{
    object CreateContext(IFeatureCollection features);

    Task ProcessAsync(object context);

    void DisposeContext(object context, Exception? exception);
}

/// <summary>A host's pipeline, whatever the type of its contexts.</summary>
internal sealed class CapturedApplication<TContext>(IHttpApplication<TContext> application) : ICapturedApplication
    where TContext : notnull
{
    public object CreateContext(IFeatureCollection features) => application.CreateContext(features);

    public Task ProcessAsync(object context) => application.ProcessRequestAsync((TContext)context);

    public void DisposeContext(object context, Exception? exception) => application.DisposeContext((TContext)context, exception);
}
