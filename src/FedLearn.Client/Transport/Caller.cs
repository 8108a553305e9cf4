using FedLearn.Client.Logging;
using FedLearn.Client.Session;
using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace FedLearn.Client.Transport;

/// <summary>Calls the coordinator until it answers: waits for the connection, and after a transient fault for a backoff.</summary>
internal sealed class Caller(CoordinatorLink link, ConnectionGate gate, Func<Backoff> newBackoff, TimeProvider time, ILogger logger)
{
    public CoordinatorLink Link => link;

    public TimeProvider Time => time;

    public ILogger Logger => logger;

    /// <param name="what">What is tried, for the log.</param>
    /// <param name="attempt">One attempt; its argument counts from 0.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="RpcException">The coordinator's verdict: a status that does not pass.</exception>
    public async Task<T> UntilAnsweredAsync<T>(string what, Func<int, Task<T>> attempt, CancellationToken cancellationToken)
    {
        var backoff = newBackoff();
        for (var number = 0; ; number++)
        {
            await gate.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await attempt(number).ConfigureAwait(false);
            }
            catch (RpcException fault) when (CallFault.IsTransient(fault.StatusCode))
            {
                cancellationToken.ThrowIfCancellationRequested();
                var delay = backoff.Next();
                ClientLog.CallRetry(logger, what, CallFault.Describe(fault, link.Address), delay.TotalSeconds);
                await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
