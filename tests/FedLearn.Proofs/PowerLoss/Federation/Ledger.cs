using FedLearn.Protocol.V1;

namespace FedLearn.Proofs.PowerLoss.Federation;

/// <summary>What somebody outside was told, and so what must hold for ever.</summary>
internal abstract record Promise
{
    /// <summary>A client is registered and this is its token.</summary>
    public sealed record Registered(string Client, string Token) : Promise;

    /// <summary>A run exists.</summary>
    public sealed record Created(string Name, string RunId) : Promise;

    /// <summary>A version is published.</summary>
    public sealed record Published(string RunId, int Version, string Digest) : Promise;

    /// <summary>An update is accepted.</summary>
    public sealed record Accepted(UpdateHeader Header, Receipt Receipt) : Promise;

    /// <summary>An evaluation report is taken.</summary>
    public sealed record Reported(string RunId, int Round, string Client) : Promise;

    /// <summary>A run is over.</summary>
    public sealed record Ended(string RunId) : Promise;
}

/// <summary>All promises in the order in which they were made, each with the number of disk operations that had been done by then.</summary>
internal sealed class Ledger(Func<int> operations)
{
    private readonly Lock _gate = new();
    private readonly List<(int After, Promise Promise)> _promises = [];

    public Ledger(Func<int> operations, IEnumerable<Promise> known)
        : this(operations) => _promises.AddRange(known.Select(p => (0, p)));

    public IReadOnlyList<Promise> All => At(int.MaxValue);

    /// <summary>The accepted updates with their instants.</summary>
    public IReadOnlyList<(int After, Promise.Accepted Promise)> Accepted
    {
        get
        {
            lock (_gate)
            {
                return [.. _promises.Where(p => p.Promise is Promise.Accepted).Select(p => (p.After, (Promise.Accepted)p.Promise))];
            }
        }
    }

    /// <summary>The instants at which something was promised.</summary>
    public IReadOnlyList<int> Instants
    {
        get
        {
            lock (_gate)
            {
                return [.. _promises.Select(p => p.After).Distinct()];
            }
        }
    }

    public void Add(Promise promise)
    {
        var after = operations();
        lock (_gate)
        {
            _promises.Add((after, promise));
        }
    }

    /// <summary>The promises that had been made when the disk had done so many operations.</summary>
    public IReadOnlyList<Promise> At(int instant)
    {
        lock (_gate)
        {
            return [.. _promises.Where(p => p.After <= instant).Select(p => p.Promise)];
        }
    }

    public string? TokenOf(string client) => All.OfType<Promise.Registered>().LastOrDefault(p => p.Client == client)?.Token;
}
