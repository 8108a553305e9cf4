using FedLearn.Client.Logging;
using Microsoft.Extensions.Logging;

namespace FedLearn.Client.Session;

/// <summary>Says a connection's fault when it is new, and again every five minutes while it lasts; in between only to the debug log.</summary>
internal sealed class FaultReporter(TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Repeat = TimeSpan.FromMinutes(5);

    private string? _said;
    private long _saidAt;

    public void Report(string fault, TimeSpan retryIn)
    {
        if (fault == _said && time.GetElapsedTime(_saidAt) < Repeat)
        {
            ClientLog.ConnectionStillFails(logger, fault, retryIn.TotalSeconds);
            return;
        }

        (_said, _saidAt) = (fault, time.GetTimestamp());
        ClientLog.ConnectionFailed(logger, fault, retryIn.TotalSeconds);
    }

    /// <summary>The connection stands: the next fault is a new one.</summary>
    public void Clear() => _said = null;
}
