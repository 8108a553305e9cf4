using System.Collections.Concurrent;
using FedLearn.Core.Models;

namespace FedLearn.Client.Transport;

/// <summary>
/// The newest version of each open run, and the newest of each vector of its server state that was asked for, in memory: the version that a round's evaluation downloads is the base of the next
/// round's training, so a round costs one download.
/// </summary>
internal sealed class ModelCache(Caller caller) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly ModelCall _call = new(caller.Link);
    private readonly ConcurrentDictionary<(string RunId, string State), (VersionWanted Version, float[] Vector)> _held = new();

    /// <summary>The version's vector, downloaded where it is not here. Nobody may write to them.</summary>
    /// <exception cref="InvalidDataException">What the coordinator sent is not the version that it announced.</exception>
    public async Task<ReadOnlyMemory<float>> GetAsync(VersionWanted wanted, ModelManifest manifest, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var key = (wanted.RunId, wanted.State);
            if (_held.TryGetValue(key, out var held) && held.Version.Version == wanted.Version
                && held.Version.Digest.Span.SequenceEqual(wanted.Digest.Span))
            {
                return held.Vector;
            }

            // Let go of the old version first: two vectors of a run need not stand in memory at once.
            _held.TryRemove(key, out _);
            using var download = new ModelDownload(caller, _call, wanted, manifest);
            var vector = await download.RunAsync(cancellationToken).ConfigureAwait(false);
            _held[key] = (wanted, vector);
            return vector;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Forgets a run that is over.</summary>
    public void Forget(string runId)
    {
        foreach (var key in _held.Keys.Where(k => k.RunId == runId))
        {
            _held.TryRemove(key, out _);
        }
    }

    public void Dispose() => _one.Dispose();
}
