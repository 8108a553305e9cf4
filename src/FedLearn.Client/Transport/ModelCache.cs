using System.Collections.Concurrent;
using FedLearn.Core.Models;

namespace FedLearn.Client.Transport;

/// <summary>
/// The newest version of each open run, in memory: the version that a round's evaluation downloads is the base of the next
/// round's training, so a round costs one download.
/// </summary>
internal sealed class ModelCache(Caller caller) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly ModelCall _call = new(caller.Link);
    private readonly ConcurrentDictionary<string, (VersionWanted Version, float[] Vector)> _byRun = new(StringComparer.Ordinal);

    /// <summary>The version's parameters, downloaded where they are not here. Nobody may write to them.</summary>
    /// <exception cref="InvalidDataException">What the coordinator sent is not the version that it announced.</exception>
    public async Task<ReadOnlyMemory<float>> GetAsync(VersionWanted wanted, ModelManifest manifest, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_byRun.TryGetValue(wanted.RunId, out var held) && held.Version.Version == wanted.Version
                && held.Version.Digest.Span.SequenceEqual(wanted.Digest.Span))
            {
                return held.Vector;
            }

            // Let go of the old version first: two vectors of a run need not stand in memory at once.
            Forget(wanted.RunId);
            using var download = new ModelDownload(caller, _call, wanted, manifest);
            var vector = await download.RunAsync(cancellationToken).ConfigureAwait(false);
            _byRun[wanted.RunId] = (wanted, vector);
            return vector;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Forgets a run that is over.</summary>
    public void Forget(string runId) => _byRun.TryRemove(runId, out _);

    public void Dispose() => _one.Dispose();
}
