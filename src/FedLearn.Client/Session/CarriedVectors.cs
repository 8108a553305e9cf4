using FedLearn.Client.Logging;
using FedLearn.Client.Pending;
using FedLearn.Client.Transport;
using FedLearn.Client.Vault;
using FedLearn.Protocol.V1;
using Grpc.Core;

namespace FedLearn.Client.Session;

/// <summary>
/// Which of the carried vectors holds: the one of the last round that was published with this client's update in it. A void round, or one
/// that refused the update, has never been; the vector from before holds on.
/// </summary>
internal sealed class CarriedVectors(CarriedFiles files, Caller caller)
{
    private enum Standing
    {
        Open,
        Dropped,
        Counts,
    }

    /// <summary>The vector that holds before a round, or null where it is zero. Forgets those that cannot hold any more.</summary>
    public async Task<CarriedKey?> FindAsync(string runId, int round, CancellationToken cancellationToken)
    {
        CarriedKey? holding = null;
        foreach (var key in files.List().Where(k => k.RunId == runId && k.Round < round).OrderByDescending(k => k.Round).ThenByDescending(k => k.Attempt))
        {
            var standing = holding is null ? await AskAsync(key, cancellationToken).ConfigureAwait(false) : Standing.Dropped;
            if (standing == Standing.Counts)
            {
                holding = key;
            }
            else if (standing == Standing.Dropped)
            {
                files.Delete(key);
            }
        }

        return holding;
    }

    /// <summary>Opens a vector.</summary>
    /// <exception cref="VaultException">It is damaged; so may a read of it say.</exception>
    public Stream OpenRead(CarriedKey key) => files.OpenRead(key);

    /// <summary>Starts the vector that holds once a round's update counts.</summary>
    public CarriedWriter Begin(string runId, int round) => files.Begin(runId, round);

    /// <summary>A vector cannot be read: from now on it is zero. Falling back to the one before would send a part of it twice.</summary>
    public void GiveUp(CarriedKey key, string reason)
    {
        ClientLog.CarriedUnreadable(caller.Logger, key.Round, key.RunId, reason);
        files.Delete(key);
    }

    /// <summary>The runs of which there is any.</summary>
    public IReadOnlyCollection<string> Runs => [.. files.List().Select(k => k.RunId).Distinct()];

    /// <summary>Forgets the vectors of a run.</summary>
    public void Forget(string runId)
    {
        foreach (var key in files.List().Where(k => k.RunId == runId))
        {
            files.Delete(key);
        }
    }

    /// <summary>Forgets the vectors of all runs but these.</summary>
    public void KeepOnly(IReadOnlyCollection<string> runIds)
    {
        foreach (var key in files.List().Where(k => !runIds.Contains(k.RunId)))
        {
            files.Delete(key);
        }
    }

    private async Task<Standing> AskAsync(CarriedKey key, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await caller.UntilAnsweredAsync(
                $"asking what became of round {key.Round}",
                async _ => await caller.Link.Api.GetRoundAsync(new() { RunId = key.RunId, Round = key.Round }, caller.Link.ControlCall(cancellationToken)).ConfigureAwait(false),
                cancellationToken).ConfigureAwait(false);
            return reply.Status switch
            {
                RoundStatus.Published or RoundStatus.Evaluating => IsOf(key, reply.Receipt) ? Standing.Counts : Standing.Dropped,
                RoundStatus.Void => Standing.Dropped,
                _ => Standing.Open,
            };
        }
        catch (RpcException fault) when (fault.StatusCode == StatusCode.NotFound)
        {
            return Standing.Dropped;
        }
    }

    private bool IsOf(CarriedKey key, Receipt? receipt)
    {
        try
        {
            return receipt is not null && receipt.Digest.Span.SequenceEqual(files.DigestOf(key));
        }
        catch (VaultException)
        {
            // Of an update that counts, as far as anybody can tell: reading it will say what is wrong.
            return true;
        }
    }
}
