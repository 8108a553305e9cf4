using System.Security.Cryptography;
using FedLearn.Coordinator.Storage;
using FedLearn.Core.Proofs;
using FedLearn.Proofs.PowerLoss.Disks;
using FedLearn.Proofs.PowerLoss.Sqlite;
using Microsoft.Data.Sqlite;

namespace FedLearn.Proofs.PowerLoss.Federation;

/// <summary>
/// Checks a disk, without a coordinator, against the promises and the invariants. What it finds is a sentence each; nothing is expected.
/// </summary>
/// <param name="disk">The disk, after the last run of a coordinator on it.</param>
/// <param name="folder">The data folder.</param>
/// <param name="promises">What was promised.</param>
/// <param name="mayBeVoid">What a void round's reason must hold: its error. Null after a mere power cut: then none may be void.</param>
/// <param name="damaged">A version's file that was damaged on purpose.</param>
internal sealed class Audit(CrashDisk disk, string folder, IReadOnlyList<Promise> promises, string? mayBeVoid, string? damaged = null)
{
    private readonly List<string> _found = [];

    /// <summary>The digests of all versions, by run name and number: what two runs are compared by.</summary>
    public SortedDictionary<string, string> Digests { get; } = new(StringComparer.Ordinal);

    /// <summary>What does not hold.</summary>
    public IReadOnlyList<string> Run()
    {
        try
        {
            CheckAll();
        }
        catch (SqliteException e)
        {
            Expect(false, $"the database cannot be read: {e.Message}");
        }

        return _found;
    }

    private void CheckAll()
    {
        using var vfs = new CrashVfs(disk);
        using var rows = new Rows(vfs.ConnectionTo(DataFolder.DatabaseOf(folder)));
        Expect(rows.Texts("PRAGMA integrity_check") is ["ok"], "the database fails SQLite's integrity check");
        foreach (var (name, id) in rows.Pairs("SELECT Name, Id FROM Runs"))
        {
            CheckVersions(rows, name, id);
            CheckRounds(rows, name, id);
        }

        foreach (var promise in promises)
        {
            Check(rows, promise);
        }
    }

    private void Expect(bool holds, string otherwise)
    {
        if (!holds)
        {
            _found.Add(otherwise);
        }
    }

    /// <summary>I3, I7: numbers without gaps, each chained to its parent, each file as its row says.</summary>
    private void CheckVersions(Rows rows, string name, string id)
    {
        var (number, parent) = (0, "");
        foreach (var (digest, parentDigest) in rows.Pairs($"SELECT lower(hex(Digest)), lower(hex(ParentDigest)) FROM Versions WHERE RunId = '{id}' ORDER BY Number"))
        {
            Expect(parentDigest == parent, $"version {number} of {name} is not chained to its parent");
            Expect(
                VersionFile.PathOf(folder, id, number) == damaged || VersionFile.DigestOf(disk, folder, id, number) == digest,
                $"the file of version {number} of {name} does not have the row's digest");
            Digests[$"{name} {number}"] = parent = digest;
            number++;
        }

        Expect(rows.Number($"SELECT max(Number) FROM Versions WHERE RunId = '{id}'") == number - 1, $"the versions of {name} have a gap");
        Expect(number == Script.Rounds(name) + 1, $"{name} has {number} versions; {Script.Rounds(name) + 1} were to come");
    }

    /// <summary>I1: a published round holds the update of each client exactly once; a void one says why.</summary>
    private void CheckRounds(Rows rows, string name, string id)
    {
        Expect(rows.Number($"SELECT count(*) = coalesce(max(Number), 0) FROM Rounds WHERE RunId = '{id}'") == 1, $"the rounds of {name} have a gap");
        Expect(rows.Number($"SELECT count(*) FROM Rounds WHERE RunId = '{id}' AND Status NOT IN ('Published', 'Void')") == 0, $"a round of {name} is still open");
        var reasons = rows.Texts($"SELECT Reason FROM Rounds WHERE RunId = '{id}' AND Status = 'Void'");
        foreach (var reason in reasons.Where(r => mayBeVoid is null || !r.Contains(mayBeVoid, StringComparison.Ordinal)))
        {
            Expect(false, $"a round of {name} is void without need: '{reason}'");
        }

        foreach (var (round, baseVersion) in rows.Pairs($"SELECT Number, BaseVersion FROM Rounds WHERE RunId = '{id}' AND Status = 'Published'"))
        {
            var counted = rows.Pairs($"SELECT ClientId, lower(hex(Digest)) || ' ' || NumExamples FROM Updates WHERE RunId = '{id}' AND Round = {round} ORDER BY ClientId");
            var sent = Script.Clients.Select(c => (c, UpdateOf(c, name, int.Parse(baseVersion)))).ToList();
            Expect(counted.SequenceEqual(sent), $"round {round} of {name} was published with {string.Join(", ", counted)}");
        }
    }

    /// <summary>As a receipt's digest: SHA-256 over the digests of the parts.</summary>
    private static string UpdateOf(string client, string run, int baseVersion)
    {
        byte[] digests = [.. Script.Parts(client, run, baseVersion).SelectMany(part => BlockDigest.Of(part.Bytes))];
        return $"{Convert.ToHexStringLower(SHA256.HashData(digests))} {Script.Examples(client)}";
    }

    private void Check(Rows rows, Promise promise)
    {
        var holds = promise switch
        {
            Promise.Registered p => rows.Number($"SELECT count(*) FROM Clients WHERE Id = '{p.Client}' AND lower(hex(TokenHash)) = '{HashOf(p.Token)}'") == 1,
            Promise.Created p => rows.Number($"SELECT count(*) FROM Runs WHERE Id = '{p.RunId}' AND Name = '{p.Name}'") == 1,
            Promise.Published p => rows.Number($"SELECT count(*) FROM Versions WHERE RunId = '{p.RunId}' AND Number = {p.Version} AND lower(hex(Digest)) = '{p.Digest}'") == 1,
            Promise.Reported p => rows.Number($"SELECT count(*) FROM Evaluations WHERE RunId = '{p.RunId}' AND Round = {p.Round} AND ClientId = '{p.Client}'") == 1,
            Promise.Ended p => rows.Number($"SELECT count(*) FROM Runs WHERE Id = '{p.RunId}' AND Outcome = 'Completed'") == 1,
            Promise.Accepted { Receipt: var r } => rows.Number(
                $"SELECT count(*) FROM Updates WHERE RunId = '{r.RunId}' AND Round = {r.Round} AND ClientId = '{r.ClientId}' AND NumExamples = {r.NumExamples} "
                + $"AND AcceptedUnixMs = {r.AcceptedUnixMs} AND lower(hex(Digest)) = '{Convert.ToHexStringLower(r.Digest.Span)}'") == 1,
            _ => throw new ArgumentOutOfRangeException(nameof(promise), promise, "not a promise"),
        };
        Expect(holds, $"lost: {promise}");
    }

    private static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Convert.FromHexString(token)));
}
