using System.Net;

namespace FedLearn.Coordinator.Identity;

/// <summary>
/// Logs calls that are refused for who calls: of each address the first few of a second, and then one line for all others of that second, so
/// that a flood of them costs the others no more than its answers do. Thread safe.
/// </summary>
internal sealed class RefusedCalls : IDisposable
{
    /// <summary>Lines of one address in a second.</summary>
    public const int LinesOfAddress = 5;

    /// <summary>Addresses that have lines of their own in a second.</summary>
    public const int MostAddresses = 20;

    /// <summary>Addresses that are told apart in the one line; more are not counted.</summary>
    public const int MostCounted = 10_000;

    private static readonly TimeSpan s_window = TimeSpan.FromSeconds(1);

    private readonly CoordinatorLog _log;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _calls = [];
    private readonly HashSet<IPAddress> _untold = [];
    private long _untoldCalls;
    private (string Method, string Reason) _last;
    private bool _isOpen;

    public RefusedCalls(CoordinatorLog log, TimeProvider time)
    {
        _log = log;
        _timer = time.CreateTimer(_ => EndWindow(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Tells of a refused call, at once or with others.</summary>
    public void Tell(IPAddress? address, string method, string reason)
    {
        if (HasLine(address ?? IPAddress.None, method, reason))
        {
            _log.CallRefused(method, reason);
        }
    }

    public void Dispose() => _timer.Dispose();

    private bool HasLine(IPAddress address, string method, string reason)
    {
        lock (_gate)
        {
            if (!_isOpen)
            {
                _isOpen = true;
                _timer.Change(s_window, Timeout.InfiniteTimeSpan);
            }

            var calls = _calls.GetValueOrDefault(address);
            if (calls < LinesOfAddress && (calls > 0 || _calls.Count < MostAddresses))
            {
                _calls[address] = calls + 1;
                return true;
            }

            _untoldCalls++;
            _last = (method, reason);
            if (_untold.Count < MostCounted)
            {
                _untold.Add(address);
            }

            return false;
        }
    }

    private void EndWindow()
    {
        (long calls, int addresses, var last) = (0, 0, ("", ""));
        lock (_gate)
        {
            (calls, addresses, last) = (_untoldCalls, _untold.Count, _last);
            (_untoldCalls, _isOpen) = (0, false);
            _calls.Clear();
            _untold.Clear();
        }

        if (calls > 0)
        {
            _log.CallsRefused(calls, addresses, s_window.TotalSeconds, last.Item1, last.Item2);
        }
    }
}
