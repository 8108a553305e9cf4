using System.Net;
using FedLearn.Coordinator.Operations.Limits;

namespace FedLearn.Coordinator.Dashboard.Signing;

/// <summary>How often an address may fail to sign in: 10 times at once, then once in 6 seconds.</summary>
internal sealed class SignInLimit(TimeProvider time)
{
    private const int MostAddresses = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, TokenBucket> _byAddress = [];

    /// <summary>Counts a try. False where it is one too many.</summary>
    public bool Take(IPAddress? address)
    {
        lock (_gate)
        {
            address ??= IPAddress.None;
            if (!_byAddress.TryGetValue(address, out var bucket))
            {
                if (_byAddress.Count >= MostAddresses)
                {
                    foreach (var (calm, _) in _byAddress.Where(b => b.Value.IsFull).ToList())
                    {
                        _byAddress.Remove(calm);
                    }
                }

                // Beset from everywhere: the one bucket for all whom there is no room for.
                address = _byAddress.Count >= MostAddresses ? IPAddress.None : address;
                bucket = _byAddress.TryGetValue(address, out var shared) ? shared : _byAddress[address] = new TokenBucket(1 / 6.0, 10, time);
            }

            return bucket.Take() == TimeSpan.Zero;
        }
    }
}
