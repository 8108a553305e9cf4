using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace FedLearn.Coordinator.Storage.Rows;

/// <summary>
/// Inserts rows of one kind in a context's open transaction, many with one prepared statement. The context's own way gives every row a
/// tracked entry, a statement to parse and a reader: most of what the coordinator paid for an acknowledgement.
/// </summary>
/// <remarks>Table, columns and values come from the context's model, so that a new property is stored here too.</remarks>
internal sealed class RowInsert<TRow> : IDisposable
    where TRow : CheckedRow
{
    private readonly DbCommand _command;
    private readonly IProperty[] _properties;

    public RowInsert(CoordinatorDb db)
    {
        var type = db.Model.FindEntityType(typeof(TRow))!;
        _properties = [.. type.GetProperties()];
        _command = db.Database.GetDbConnection().CreateCommand();
        _command.Transaction = db.Database.CurrentTransaction!.GetDbTransaction();
        _command.CommandText = $"INSERT INTO \"{type.GetTableName()}\" ({string.Join(", ", _properties.Select(p => $"\"{p.GetColumnName()}\""))}) "
            + $"VALUES ({string.Join(", ", _properties.Select(p => $"@{p.Name}"))})";
        foreach (var property in _properties)
        {
            var parameter = _command.CreateParameter();
            parameter.ParameterName = $"@{property.Name}";
            _command.Parameters.Add(parameter);
        }
    }

    /// <summary>Inserts a row, with its check.</summary>
    public void Add(TRow row)
    {
        row.Check = row.ComputeCheck();
        for (var i = 0; i < _properties.Length; i++)
        {
            _command.Parameters[i].Value = _properties[i].GetGetter().GetClrValue(row) ?? DBNull.Value;
        }

        _command.ExecuteNonQuery();
    }

    public void Dispose() => _command.Dispose();
}
