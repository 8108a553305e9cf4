using FedLearn.Client.Transport;
using FedLearn.Core.Proofs.Statements;
using FedLearn.Protocol.V1;
using Google.Protobuf;

namespace FedLearn.Client.Provenance;

/// <summary>A version as an assignment names it.</summary>
/// <param name="Version">Its number.</param>
/// <param name="Digest">The digest of its parameters.</param>
/// <param name="State">The vectors of its server state that come with it.</param>
/// <param name="Manifest">Its signed manifest.</param>
internal sealed record NamedVersion(int Version, ByteString Digest, IReadOnlyList<StateVector> State, SignedStatement? Manifest);

/// <summary>
/// Verifies a version before it is used: its manifest is signed by the coordinator's key and says what the assignment says, of the run as it was
/// announced, and it follows, parent by parent, from the version that this worker knew last. The first one of a run is where a worker begins.
/// </summary>
internal sealed class VersionChain(CoordinatorKey key, KnownVersions known, Caller caller) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Verifies the base version of a training: none that is older than one known.</summary>
    /// <exception cref="InvalidDataException">It is not to be used; the message says why.</exception>
    public Task VerifyAsync(FitAssignment fit, string specDigest, string modelHash, CancellationToken cancellationToken) =>
        VerifyAsync(fit.RunId, new NamedVersion(fit.BaseVersion, fit.BaseDigest, fit.BaseState, fit.Manifest), specDigest, modelHash, mayBeOlder: false, cancellationToken);

    /// <summary>Verifies a version to be evaluated: an older one than known must lead to that.</summary>
    /// <exception cref="InvalidDataException">It is not to be used; the message says why.</exception>
    public Task VerifyAsync(EvaluateAssignment evaluate, string specDigest, string modelHash, CancellationToken cancellationToken) =>
        VerifyAsync(evaluate.RunId, new NamedVersion(evaluate.Version, evaluate.Digest, [], evaluate.Manifest), specDigest, modelHash, mayBeOlder: true, cancellationToken);

    public void Dispose() => _turn.Dispose();

    private async Task VerifyAsync(string runId, NamedVersion named, string specDigest, string modelHash, bool mayBeOlder, CancellationToken cancellationToken)
    {
        if (key.Key is null)
        {
            return;
        }

        var (manifest, hash) = Read(named.Manifest, runId, named.Version);
        Compare(manifest, named, specDigest, modelHash);
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await FollowAsync(runId, manifest, hash, mayBeOlder, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task FollowAsync(string runId, ManifestStatement manifest, string hash, bool mayBeOlder, CancellationToken cancellationToken)
    {
        var last = known.Find(runId);
        if (last is { } before && manifest.Version < before.Version)
        {
            Require(mayBeOlder, $"version {manifest.Version} is older than version {before.Version}, which this worker knows: the run was set back");
            Require(
                await WalkAsync(runId, hash, manifest.Version, before.Version + 1, cancellationToken).ConfigureAwait(false) == before.Hash,
                $"version {before.Version}, which this worker knows, does not follow from version {manifest.Version}");
            return;
        }

        if (last is { } same && manifest.Version == same.Version)
        {
            Require(hash == same.Hash, $"version {manifest.Version} has the manifest {hash}; this worker knows it by {same.Hash}");
            return;
        }

        if (last is { } older)
        {
            var parent = await WalkAsync(runId, older.Hash, older.Version, manifest.Version, cancellationToken).ConfigureAwait(false);
            Require(manifest.Parent == parent, $"version {manifest.Version} does not follow from version {older.Version}, which this worker knows");
        }

        known.Keep(runId, new KnownVersion(manifest.Version, hash));
    }

    /// <summary>The hash of the version before one, by the parents from a version on whose hash is known.</summary>
    private async Task<string> WalkAsync(string runId, string hash, int version, int before, CancellationToken cancellationToken)
    {
        while (version + 1 < before)
        {
            var request = new GetManifestsRequest { RunId = runId, FirstVersion = version + 1, LastVersion = before - 1 };
            var reply = await caller.UntilAnsweredAsync(
                $"asking for the manifests from version {version + 1} on",
                async _ => await caller.Link.Api.GetManifestsAsync(request, caller.Link.ControlCall(cancellationToken)).ConfigureAwait(false),
                cancellationToken).ConfigureAwait(false);
            Require(reply.Manifests.Count > 0, $"the coordinator has no manifest of version {version + 1}");
            foreach (var signed in reply.Manifests.Take(before - 1 - version))
            {
                var (manifest, next) = Read(signed, runId, ++version);
                Require(manifest.Parent == hash, $"version {version} does not follow from the one before it");
                hash = next;
            }
        }

        return hash;
    }

    private (ManifestStatement Manifest, string Hash) Read(SignedStatement? signed, string runId, int version)
    {
        Require(signed is not null, $"version {version} came without a manifest");
        Require(key.Key!.HasSigned(signed!.Statement.Span, signed.Signature.Span), $"the manifest of version {version} is not signed by the coordinator's key {key.Key.Id}");
        var manifest = ManifestStatement.Read(signed.Statement.Memory);
        Require(manifest is not null, $"the manifest of version {version} cannot be read");
        Require((manifest!.RunId, manifest.Version) == (runId, version), $"the manifest of version {version} is of version {manifest.Version} of run {manifest.RunId}");
        return (manifest, ManifestStatement.HashOf(signed.Statement.Span));
    }

    private static void Compare(ManifestStatement manifest, NamedVersion named, string specDigest, string modelHash)
    {
        Require(manifest.Parameters == Convert.ToHexStringLower(named.Digest.Span), $"the manifest of version {named.Version} is of parameters {manifest.Parameters}, the assignment says {Convert.ToHexStringLower(named.Digest.Span)}");
        Require(manifest.Spec == specDigest, $"version {named.Version} was made under another spec than the one that was announced");
        Require(manifest.Model == modelHash, $"version {named.Version} is of another model than the one that was announced");
        foreach (var vector in named.State)
        {
            Require(
                manifest.State.Any(s => s.Key == vector.Name && s.Value == Convert.ToHexStringLower(vector.Digest.Span)),
                $"the manifest of version {named.Version} knows no state '{vector.Name}' of the digest that the assignment says");
        }
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException($"{otherwise}; it is not used");
        }
    }
}
