using FedLearn.Client.Logging;
using FedLearn.Client.Training;
using Microsoft.Extensions.Logging;

namespace FedLearn.Client.Session;

/// <summary>Makes one log line per epoch of what a trainer reports, however often it does: the last report of each epoch.</summary>
internal sealed class EpochLog(ILogger logger, int round) : IProgress<FitProgress>
{
    private readonly Lock _lock = new();
    private FitProgress? _last;

    public void Report(FitProgress value)
    {
        lock (_lock)
        {
            if (_last is { } last && last.Epoch != value.Epoch)
            {
                Write(last);
            }

            _last = value;
        }
    }

    /// <summary>Training is over: writes the last epoch's line.</summary>
    public void Finish()
    {
        lock (_lock)
        {
            if (_last is { } last)
            {
                Write(last);
                _last = null;
            }
        }
    }

    private void Write(FitProgress p) => ClientLog.EpochDone(logger, round, p.Epoch, p.Epochs, p.Step, p.Loss);
}
