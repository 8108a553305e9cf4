using Microsoft.Data.Sqlite;

namespace FedLearn.Proofs.PowerLoss.Federation;

/// <summary>Reads a database with plain SQL, past the coordinator's own code.</summary>
internal sealed class Rows : IDisposable
{
    private readonly SqliteConnection _connection;

    public Rows(string connectionString)
    {
        _connection = new SqliteConnection(connectionString);
        _connection.Open();
    }

    public IReadOnlyList<string> Texts(string sql) => Read(sql, row => row.GetString(0));

    public IReadOnlyList<(string First, string Second)> Pairs(string sql) => Read(sql, row => (row.GetString(0), row.GetString(1)));

    public long Number(string sql) => Read(sql, row => row.IsDBNull(0) ? -1 : row.GetInt64(0))[0];

    public void Dispose() => _connection.Dispose();

    private List<T> Read<T>(string sql, Func<SqliteDataReader, T> take)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(take(reader));
        }

        return rows;
    }
}
