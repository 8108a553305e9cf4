using System.Runtime.InteropServices;
using FedLearn.Core.Proofs;

namespace FedLearn.Proofs.Crash.Check;

/// <summary>What must hold of a data folder once everything is over, whatever happened to its coordinator. Collects every violation.</summary>
internal sealed class FolderCheck(StoredFolder stored, long seed)
{
    private readonly List<string> _violations = [];

    /// <summary>Everything that does not hold; empty where all is well.</summary>
    /// <param name="stored">The folder.</param>
    /// <param name="ledger">Every receipt that any client got.</param>
    /// <param name="seed">The runs' seed.</param>
    /// <param name="finals">Each run's final digest by its name, from the run that was never disturbed: what a run without a void round must reach.</param>
    public static IReadOnlyList<string> Violations(StoredFolder stored, ReceiptLedger ledger, long seed, IReadOnlyDictionary<string, string>? finals = null)
    {
        var check = new FolderCheck(stored, seed);
        check.Require(stored.Integrity == "ok", $"the database fails its integrity check: {stored.Integrity}");
        foreach (var run in stored.Runs)
        {
            check.CheckRun(run, finals);
        }

        foreach (var promise in ledger.All)
        {
            check.CheckPromise(promise);
        }

        return check._violations;
    }

    private void CheckRun(StoredRun run, IReadOnlyDictionary<string, string>? finals)
    {
        Require(run.Outcome == "Completed", $"run {run.Name}: expected to complete, its outcome is {run.Outcome ?? "open"} ({run.Reason})");
        var rounds = stored.Rounds.Where(r => r.RunId == run.Id).ToList();
        Require(rounds.Select(r => r.Number).SequenceEqual(Enumerable.Range(1, rounds.Count)), $"run {run.Name}: its rounds are {string.Join(',', rounds.Select(r => r.Number))}, expected no gap");
        foreach (var round in rounds)
        {
            CheckRound(run, round);
        }

        CheckVersions(run, [.. stored.Versions.Where(v => v.RunId == run.Id)]);
        if (finals is not null && rounds.All(r => r.Status == "Published"))
        {
            // After a void round the later ones have other numbers, and a client's training hangs on them; what was published is checked above.
            var last = stored.Versions.Last(v => v.RunId == run.Id);
            Require(last.Digest == finals[run.Name], $"run {run.Name}: version {last.Number} has digest {last.Digest[..16]}, the undisturbed run's is {finals[run.Name][..16]}");
        }

        var left = Path.Combine(stored.Data, "runs", run.Id, "rounds");
        var files = Directory.Exists(left) ? Directory.GetFiles(left, "*", SearchOption.AllDirectories) : [];
        Require(files.Length == 0, $"run {run.Name} is over, but {files.Length} files of its rounds are left, such as {files.FirstOrDefault()}");
    }

    private void CheckRound(StoredRun run, StoredRound round)
    {
        var versions = stored.Versions.Where(v => v.RunId == run.Id && v.Round == round.Number && v.Number > 0).ToList();
        var holds = round.Status switch
        {
            "Published" => versions is [var v] && v.Number == round.Version && v.Number == round.BaseVersion + 1,
            "Void" => versions.Count == 0 && round.Version is null && round.Reason.Length > 0,
            _ => false,
        };
        Require(holds, $"run {run.Name} round {round.Number}: {round.Status} ('{round.Reason}'), names version {round.Version}, made {string.Join(',', versions.Select(v => v.Number))} on base {round.BaseVersion}");
    }

    private void CheckVersions(StoredRun run, List<StoredVersion> versions)
    {
        var (parent, basis) = ("", Array.Empty<float>());
        foreach (var (version, number) in versions.Select((v, i) => (v, i)))
        {
            Require(version.Number == number, $"run {run.Name}: version {number} is missing, {version.Number} follows");
            Require(version.ParentDigest == parent, $"run {run.Name} version {version.Number}: its parent's digest does not match");
            var vector = Expected.VectorOf(stored.VersionFile(run.Id, version.Number));
            Require(Convert.ToHexStringLower(BlockDigest.Of(vector)) == version.Digest, $"run {run.Name} version {version.Number}: the file's digest is not the row's");
            if (number > 0)
            {
                var clients = stored.Updates.Where(u => u.RunId == run.Id && u.Round == version.Round).Select(u => u.ClientId);
                var expected = Expected.Next(basis, seed, version.Round, clients);
                Require(MemoryMarshal.AsBytes(expected.AsSpan()).SequenceEqual(vector), $"run {run.Name} version {version.Number} is not the aggregate of exactly the updates that round {version.Round} counts");
            }

            (parent, basis) = (version.Digest, Expected.FloatsOf(vector));
        }
    }

    private void CheckPromise(Promise promise)
    {
        var what = $"receipt of {promise.ClientId} for {promise.RunId} round {promise.Round}";
        var round = stored.Rounds.FirstOrDefault(r => r.RunId == promise.RunId && r.Number == promise.Round);
        var row = stored.Updates.FirstOrDefault(u => (u.RunId, u.Round, u.ClientId) == (promise.RunId, promise.Round, promise.ClientId));
        Require(round is { Status: "Published" } or { Status: "Void", Reason.Length: > 0 }, $"{what}: its round is {round?.Status ?? "unknown"}");
        Require(row is not null || round?.Status == "Void", $"{what}: no such update is stored");
        Require(row is null || (row.Digest, row.NumExamples) == (promise.Digest, promise.NumExamples), $"{what}: another update is stored");
    }

    private void Require(bool holds, string violation)
    {
        if (!holds)
        {
            _violations.Add(violation);
        }
    }
}
