using FedLearn.Coordinator.Rounds;
using Microsoft.Data.Sqlite;

namespace FedLearn.Coordinator.Storage;

/// <summary>Tells the database's known errors, after which nothing has changed, from those whose outcome is unknown.</summary>
internal static class DatabaseErrors
{
    private const int Busy = 5;
    private const int Locked = 6;
    private const int IoError = 10;
    private const int Full = 13;
    private const int IoErrorRead = IoError | (1 << 8);
    private const int IoErrorShortRead = IoError | (2 << 8);

    /// <summary>The outcome of a change that failed; SQLite has rolled it back. Null for any other error.</summary>
    public static CommitOutcome? OutcomeOf(Exception e) => Find(e)?.SqliteErrorCode switch
    {
        Busy or Locked => CommitOutcome.Busy,
        Full => CommitOutcome.Full,
        _ => null,
    };

    /// <summary>Whether a write or sync of the database failed, so that nobody knows what is on disk.</summary>
    public static bool IsUnknown(Exception e) =>
        Find(e) is { SqliteErrorCode: IoError, SqliteExtendedErrorCode: not (IoErrorRead or IoErrorShortRead) };

    private static SqliteException? Find(Exception e) => e as SqliteException ?? e.InnerException as SqliteException;
}
