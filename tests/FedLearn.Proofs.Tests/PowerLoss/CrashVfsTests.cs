using FedLearn.Proofs.PowerLoss.Disks;
using FedLearn.Proofs.PowerLoss.Sqlite;
using Microsoft.Data.Sqlite;

namespace FedLearn.Proofs.Tests.PowerLoss;

public class CrashVfsTests
{
    private const string Database = "/data/test.db";
    private const int Commits = 100;
    private readonly CrashDisk _disk = new("/data");

    [Fact]
    public void Commits_AtFull_SurviveEveryCut()
    {
        var (images, lost) = CountLost("FULL");

        Assert.True(images > 2000, $"only {images} crash images");
        Assert.Equal(0, lost);
    }

    [Fact]
    public void Commits_AtNormal_AreLost() => Assert.True(CountLost("NORMAL").Lost > 0);

    [Fact]
    public void Connections_OfOneDatabase_KeepOutOfEachOthersWay()
    {
        using var vfs = new CrashVfs(_disk);
        using var first = Open(vfs, "FULL");
        using var second = Open(vfs, "FULL");
        Execute(first, "CREATE TABLE t (n INTEGER)");
        Execute(first, "BEGIN IMMEDIATE");
        Execute(first, "INSERT INTO t VALUES (1)");

        Assert.Equal(0L, Scalar(second, "SELECT count(*) FROM t"));
        using var blocked = second.CreateCommand();
        (blocked.CommandText, blocked.CommandTimeout) = ("BEGIN IMMEDIATE", 1);
        Assert.Equal(5, Assert.Throws<SqliteException>(() => { blocked.ExecuteNonQuery(); }).SqliteErrorCode);
        Execute(first, "COMMIT");
        Assert.Equal(1L, Scalar(second, "SELECT count(*) FROM t"));
    }

    [Fact]
    public void FailedSync_OfACommit_IsSqlitesIoError() => Assert.Equal(10, ErrorOfACommit(OpKind.Sync, Fault.Io));

    [Fact]
    public void FullDisk_AtACommit_IsSqlitesFull() => Assert.Equal(13, ErrorOfACommit(OpKind.Write, Fault.Full));

    private int ErrorOfACommit(OpKind kind, Fault fault)
    {
        using var vfs = new CrashVfs(_disk);
        using var connection = Open(vfs, "FULL");
        Execute(connection, "CREATE TABLE t (n INTEGER)");
        _disk.Faults = op => op.Kind == kind ? fault : Fault.None;

        var error = Assert.Throws<SqliteException>(() => Execute(connection, "INSERT INTO t VALUES (1)"));

        _disk.Faults = null;
        return error.SqliteErrorCode;
    }

    /// <summary>Commits rows one by one, cuts the power at every instant in every style, and looks for rows whose commit had returned.</summary>
    private (int Images, int Lost) CountLost(string synchronous)
    {
        var (start, promised) = (_disk.Clone(), new List<int>());
        using (var vfs = new CrashVfs(_disk))
        using (var connection = Open(vfs, "FULL"))
        {
            Execute(connection, $"PRAGMA wal_autocheckpoint = 20; CREATE TABLE t (n INTEGER); PRAGMA synchronous = {synchronous}");
            for (var n = 0; n < Commits; n++)
            {
                Execute(connection, $"INSERT INTO t VALUES ({n})");
                promised.Add(_disk.Operations);
            }
        }

        var (images, lost) = (0, 0);
        var replay = new Replay(start, _disk.Journal);
        for (var instant = promised[0]; instant < replay.Instants; instant++)
        {
            var due = promised.Count(p => p <= instant);
            for (var style = 0; style < CutStyle.All.Count; style++, images++)
            {
                lost += Math.Max(0, due - Rows(replay.At(instant).AfterCut(CutStyle.All[style], images)));
            }
        }

        return (images, lost);
    }

    private static int Rows(CrashDisk found)
    {
        using var vfs = new CrashVfs(found);
        using var connection = Open(vfs, "FULL");
        Assert.Equal("ok", Scalar(connection, "PRAGMA integrity_check"));
        return (int)(long)Scalar(connection, "SELECT count(*) FROM t");
    }

    private static SqliteConnection Open(CrashVfs vfs, string synchronous)
    {
        var connection = new SqliteConnection(vfs.ConnectionTo(Database));
        connection.Open();
        Execute(connection, $"PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}");
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static object Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()!;
    }
}
