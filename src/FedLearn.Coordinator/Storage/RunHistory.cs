using System.Text;
using FedLearn.Coordinator.Storage.Rows;
using Microsoft.EntityFrameworkCore;

namespace FedLearn.Coordinator.Storage;

/// <summary>A round in the numbers that charts show.</summary>
internal sealed record RoundPoint(
    int Number, string Status, string Reason, int? Version, int Cohort, int Accepted, int Declined, int Late, int Refused,
    double? TrainLoss, IReadOnlyDictionary<string, double> Evaluation, long BytesIn, long BytesOut,
    double FitSeconds, double AggregateSeconds, double EvaluateSeconds, long OpenedUnixMs)
{
    /// <summary>Whether nothing of it changes any more.</summary>
    public bool IsOver => Status is "Published" or "Void";
}

/// <summary>What a client's accepted updates of some rounds add up to.</summary>
internal sealed record ClientShare(string ClientId, int Updates, long Examples, double NormSum, int LastRound);

/// <summary>A published version without its blob.</summary>
internal sealed record VersionLine(int Number, int Round, byte[] Digest, long ByteLength, long PublishedUnixMs, bool IsDeleted);

/// <summary>Long runs, read in few queries whose number does not grow with the rounds.</summary>
internal sealed class RunHistory(IDbContextFactory<CoordinatorDb> factory)
{
    /// <summary>The rounds from a number on, oldest first.</summary>
    public IReadOnlyList<RoundPoint> Rounds(string runId, int from)
    {
        using var db = factory.CreateDbContext();
        var accepted = db.Updates.Where(u => u.RunId == runId && u.Round >= from).GroupBy(u => u.Round)
            .Select(g => new { g.Key, Count = g.Count() }).ToDictionary(g => g.Key, g => g.Count);
        return [.. db.Rounds.AsNoTracking().Where(r => r.RunId == runId && r.Number >= from).OrderBy(r => r.Number).AsEnumerable()
            .Select(r => ToPoint(r, accepted.GetValueOrDefault(r.Number)))];
    }

    /// <summary>What each client contributed in the rounds after one up to another.</summary>
    public IReadOnlyList<ClientShare> Shares(string runId, int after, int upTo)
    {
        using var db = factory.CreateDbContext();
        return [.. db.Updates.Where(u => u.RunId == runId && u.Round > after && u.Round <= upTo).GroupBy(u => u.ClientId)
            .Select(g => new { g.Key, Count = g.Count(), Examples = g.Sum(u => u.NumExamples), Norm = g.Sum(u => u.Norm), Last = g.Max(u => u.Round) })
            .AsEnumerable().Select(g => new ClientShare(g.Key, g.Count, g.Examples, g.Norm, g.Last))];
    }

    /// <summary>Versions up to a number, newest first.</summary>
    public IReadOnlyList<VersionLine> Versions(string runId, int upTo, int most)
    {
        using var db = factory.CreateDbContext();
        return [.. db.Versions.AsNoTracking().Where(v => v.RunId == runId && v.Number <= upTo).OrderByDescending(v => v.Number).Take(most)
            .Select(v => new { v.Number, v.Round, v.Digest, v.ByteLength, v.PublishedUnixMs, v.DeletedUnixMs })
            .AsEnumerable().Select(v => new VersionLine(v.Number, v.Round, v.Digest, v.ByteLength, v.PublishedUnixMs, v.DeletedUnixMs is not null))];
    }

    /// <summary>The newest entries of the log about a run, newest first, but those of accepted updates; among the newest of all entries alone.</summary>
    public IReadOnlyList<string> LogTail(string runId, int most, int amongNewest)
    {
        using var db = factory.CreateDbContext();
        var mark = Encoding.UTF8.GetBytes($"\"run\":\"{runId}\"");
        var accepted = "\"kind\":\"updateAccepted\""u8.ToArray();
        return [.. db.Log.AsNoTracking().OrderByDescending(r => r.Number).Take(amongNewest).Select(r => r.Entry).AsEnumerable()
            .Where(e => e.AsSpan().IndexOf(mark) >= 0 && e.AsSpan().IndexOf(accepted) < 0).Take(most).Select(Encoding.UTF8.GetString)];
    }

    private static RoundPoint ToPoint(RoundRow row, int accepted) => new(
        row.Number, row.Status, row.Reason, row.Version, row.Cohort.Length == 0 ? 0 : row.Cohort.AsSpan().Count(',') + 1, accepted, row.Declined, row.Late, row.Refused,
        row.TrainLoss, MetricsJson.Read(row.EvalMetrics), row.BytesIn, row.BytesOut, row.FitSeconds, row.AggregateSeconds, row.EvaluateSeconds, row.OpenedUnixMs);
}
