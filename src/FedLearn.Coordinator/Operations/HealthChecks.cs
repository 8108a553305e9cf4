using FedLearn.Coordinator.Storage;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace FedLearn.Coordinator.Operations;

/// <summary>Ready: takes new work, and the database answers.</summary>
internal sealed class ReadyCheck(DrainState drain, RunCatalog catalog) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (drain.IsDraining)
        {
            return HealthCheckResult.Unhealthy("the coordinator is stopping");
        }

        return await catalog.AnswersAsync(cancellationToken).ConfigureAwait(false)
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("the database does not answer");
    }
}
