using System.Diagnostics;

namespace FedLearn.Coordinator.Operations;

/// <summary>
/// Ends the process at once after a write whose outcome is unknown. Nothing is retried in place: after a failed fsync the
/// system may have dropped the bytes and would report the next one as good.
/// </summary>
internal sealed class FatalError(CoordinatorLog log, CoordinatorSeams seams)
{
    public void End(string message, Exception exception)
    {
        log.Fatal(exception, message);
        if (seams.EndProcess is { } end)
        {
            end(message, exception);
            return;
        }

        Console.Error.WriteLine($"fatal: {message}: {exception.Message}");
        Process.GetCurrentProcess().Kill();
    }
}
