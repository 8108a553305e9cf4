using FedLearn.Coordinator.Storage;
using Microsoft.Data.Sqlite;

namespace FedLearn.Coordinator.Tests.Storage;

/// <summary>On logs that SQLite itself wrote.</summary>
public sealed class WalCheckTests : IDisposable
{
    private const int FrameSize = 24 + 4096;

    private readonly TempFolder _temp = new();

    private string Log => Path.Combine(_temp.Path, "copy-wal");

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void FindDamage_SoundLog_FindsNone()
    {
        WriteLog(commits: 5);

        Assert.Null(WalCheck.FindDamage(Log));
        Assert.Null(WalCheck.FindDamage(Path.Combine(_temp.Path, "none")));
    }

    [Fact]
    public void FindDamage_AnyByteOfAnEarlierCommit_IsFound()
    {
        var (frames, lastTwo) = WriteLog(commits: 5);
        var sound = File.ReadAllBytes(Log);
        Assert.True(frames > lastTwo);
        for (var at = 0; at < 32 + ((frames - lastTwo) * FrameSize); at += 61)
        {
            Change(sound, at);
            Assert.True(WalCheck.FindDamage(Log) is not null, $"byte {at} of {sound.Length} was changed and nothing found");
        }
    }

    [Fact]
    public void FindDamage_AnyBitOfTheHeader_IsFound()
    {
        WriteLog(commits: 5);
        var sound = File.ReadAllBytes(Log);
        for (var bit = 0; bit < 32 * 8; bit++)
        {
            Change(sound, bit / 8, 1 << (bit % 8));
            Assert.Contains("header", WalCheck.FindDamage(Log));
        }
    }

    [Fact]
    public void FindDamage_LogCutShort_IsNoDamage()
    {
        WriteLog(commits: 5);
        var sound = File.ReadAllBytes(Log);
        for (var length = 0; length < sound.Length; length += 509)
        {
            File.WriteAllBytes(Log, sound[..length]);
            Assert.Null(WalCheck.FindDamage(Log));
        }
    }

    [Fact]
    public void FindDamage_LastTransactionTorn_IsNoDamage()
    {
        var (frames, _) = WriteLog(commits: 5);
        var sound = File.ReadAllBytes(Log);

        Change(sound, 32 + ((frames - 1) * FrameSize) + 100);

        Assert.Null(WalCheck.FindDamage(Log));
    }

    private void Change(byte[] sound, int at, int bits = 0x10)
    {
        var changed = (byte[])sound.Clone();
        changed[at] ^= (byte)bits;
        File.WriteAllBytes(Log, changed);
    }

    /// <summary>Copies the log of a database that is still open; returns its frames, and those of its last two commits.</summary>
    private (int Frames, int LastTwo) WriteLog(int commits)
    {
        var file = Path.Combine(_temp.Path, "a.db");
        using var db = new SqliteConnection($"Data Source={file};Pooling=False");
        db.Open();
        var lengths = new List<long>();
        Execute(db, "PRAGMA journal_mode=WAL");
        Execute(db, "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)");
        for (var i = 0; i < commits; i++)
        {
            Execute(db, $"INSERT INTO t VALUES ({i}, hex(randomblob(3000)))");
            lengths.Add(new FileInfo($"{file}-wal").Length);
        }

        File.Copy($"{file}-wal", Log);
        return ((int)((lengths[^1] - 32) / FrameSize), (int)((lengths[^1] - lengths[^3]) / FrameSize));
    }

    private static void Execute(SqliteConnection db, string sql)
    {
        using var command = db.CreateCommand();
#pragma warning disable CA2100 // the statements stand above
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
