using System.Globalization;
using FedLearn.Client.Vault;
using FedLearn.Client.Vault.Files;
using FedLearn.Core.Proofs;
using Text = System.Text.Encoding;

namespace FedLearn.Client.Pending;

/// <summary>A vector that a client carries, as it would be after a round.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Round">The round whose update made it.</param>
/// <param name="Attempt">Tells apart those of one round, from 0.</param>
internal readonly record struct CarriedKey(string RunId, int Round, int Attempt);

/// <summary>
/// Vectors that a client carries from round to round, sealed: for each update one of what holds once that update counts. Which one does is
/// the coordinator's word, not this folder's. Files are named <c>KIND.ROUND.ATTEMPT.HEX(run id)</c> and hold the vector's float32 values,
/// then the update's digest. They are durable before their update is kept: else a power cut could take back what was sent.
/// </summary>
/// <param name="store">Where they lie.</param>
/// <param name="kind">What the vectors are; 1 to 20 lower-case letters.</param>
internal sealed class CarriedFiles(SealedStore store, string kind)
{
    /// <summary>What is there.</summary>
    public IReadOnlyList<CarriedKey> List() => [.. store.Names.Select(KeyOf).OfType<CarriedKey>()];

    /// <summary>Starts the vector that holds once a round's update counts; it is there once it is committed.</summary>
    public CarriedWriter Begin(string runId, int round)
    {
        var attempts = List().Where(k => k.RunId == runId && k.Round == round).Select(k => k.Attempt + 1);
        return new(store.OpenWrite(NameOf(new(runId, round, attempts.DefaultIfEmpty().Max()))));
    }

    /// <summary>Opens a vector to be read from its first value on.</summary>
    /// <exception cref="VaultException">It is damaged; so may a read of it say.</exception>
    public Stream OpenRead(CarriedKey key) => store.OpenRead(NameOf(key));

    /// <summary>The digest of the update that made it.</summary>
    /// <exception cref="VaultException">It is damaged.</exception>
    public byte[] DigestOf(CarriedKey key)
    {
        using var file = OpenRead(key);
        if (file.Length < Sha256Value.Size)
        {
            throw new VaultException($"the {kind} after round {key.Round} of run {key.RunId} is too short");
        }

        var digest = new byte[Sha256Value.Size];
        file.Position = file.Length - digest.Length;
        file.ReadExactly(digest);
        return digest;
    }

    /// <summary>Removes a vector.</summary>
    public void Delete(CarriedKey key) => store.Delete(NameOf(key));

    private string NameOf(CarriedKey key) => string.Create(
        CultureInfo.InvariantCulture, $"{kind}.{key.Round}.{key.Attempt}.{Convert.ToHexStringLower(Text.UTF8.GetBytes(key.RunId))}");

    private CarriedKey? KeyOf(string name) =>
        name.Split('.') is [var first, var round, var attempt, var run] && first == kind && run.Length % 2 == 0 && run.All(char.IsAsciiHexDigitLower)
            && int.TryParse(round, CultureInfo.InvariantCulture, out var number) && int.TryParse(attempt, CultureInfo.InvariantCulture, out var which)
            ? new CarriedKey(Text.UTF8.GetString(Convert.FromHexString(run)), number, which)
            : null;
}

/// <summary>Writes a carried vector. Disposing without a commit leaves nothing.</summary>
internal sealed class CarriedWriter(SealedWriteStream file) : IDisposable
{
    /// <summary>Takes the vector's values.</summary>
    public Stream Values => file;

    /// <summary>Makes the vector durable.</summary>
    /// <param name="updateDigest">The digest of the update with which it holds.</param>
    public void Commit(ReadOnlySpan<byte> updateDigest)
    {
        file.Write(updateDigest);
        file.Commit();
    }

    public void Dispose() => file.Dispose();
}
