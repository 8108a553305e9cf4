using Microsoft.Data.Sqlite;

namespace FedLearn.Proofs.Crash.Check;

internal sealed record StoredRun(string Id, string Name, string? Outcome, string Reason);

internal sealed record StoredRound(string RunId, int Number, int BaseVersion, string Status, string Reason, int? Version);

internal sealed record StoredUpdate(string RunId, int Round, string ClientId, string Digest, long NumExamples);

internal sealed record StoredVersion(string RunId, int Number, int Round, string Digest, string ParentDigest, long ByteLength);

/// <summary>
/// What a data folder's database says, read by SQL of its own from a copy, so that neither the coordinator's code nor this check can
/// change what is looked at. The coordinator must be down.
/// </summary>
internal sealed class StoredFolder
{
    public required string Data { get; init; }

    public required string Integrity { get; init; }

    public required IReadOnlyList<StoredRun> Runs { get; init; }

    public required IReadOnlyList<StoredRound> Rounds { get; init; }

    public required IReadOnlyList<StoredUpdate> Updates { get; init; }

    public required IReadOnlyList<StoredVersion> Versions { get; init; }

    public static StoredFolder Read(string data)
    {
        var copy = Directory.CreateTempSubdirectory("fedlearn-check-").FullName;
        try
        {
            foreach (var file in Directory.EnumerateFiles(data, "fedlearn.db*").Where(f => !f.EndsWith("-shm", StringComparison.Ordinal)))
            {
                File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
            }

            using var db = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(copy, "fedlearn.db"), Pooling = false }.ConnectionString);
            db.Open();
            return Read(data, db);
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    public string VersionFile(string runId, int version) => Path.Combine(Data, "runs", runId, "versions", $"{version:D6}.safetensors");

    private static StoredFolder Read(string data, SqliteConnection db) => new()
    {
        Data = data,
        Integrity = Rows(db, "PRAGMA integrity_check", r => r.GetString(0))[0],
        Runs = Rows(db, "SELECT Id, Name, Outcome, Reason FROM Runs", r => new StoredRun(r.GetString(0), r.GetString(1), r.IsDBNull(2) ? null : r.GetString(2), r.GetString(3))),
        Rounds = Rows(
            db,
            "SELECT RunId, Number, BaseVersion, Status, Reason, Version FROM Rounds ORDER BY RunId, Number",
            r => new StoredRound(r.GetString(0), r.GetInt32(1), r.GetInt32(2), r.GetString(3), r.GetString(4), r.IsDBNull(5) ? null : r.GetInt32(5))),
        Updates = Rows(
            db,
            "SELECT RunId, Round, ClientId, Digest, NumExamples FROM Updates",
            r => new StoredUpdate(r.GetString(0), r.GetInt32(1), r.GetString(2), Hex(r, 3), r.GetInt64(4))),
        Versions = Rows(
            db,
            "SELECT RunId, Number, Round, Digest, ParentDigest, ByteLength FROM Versions ORDER BY RunId, Number",
            r => new StoredVersion(r.GetString(0), r.GetInt32(1), r.GetInt32(2), Hex(r, 3), Hex(r, 4), r.GetInt64(5))),
    };

    private static string Hex(SqliteDataReader row, int column) => Convert.ToHexStringLower(row.GetFieldValue<byte[]>(column));

    private static List<T> Rows<T>(SqliteConnection db, string sql, Func<SqliteDataReader, T> read)
    {
        using var command = db.CreateCommand();
        command.CommandText = sql;
        using var rows = command.ExecuteReader();
        var result = new List<T>();
        while (rows.Read())
        {
            result.Add(read(rows));
        }

        return result;
    }
}
