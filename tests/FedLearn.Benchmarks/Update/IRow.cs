namespace FedLearn.Benchmarks.Update;

/// <summary>One row of the table, or a few that one measurement gives.</summary>
internal interface IRow
{
    /// <summary>The row's name on the command line.</summary>
    string Name { get; }

    /// <summary>One line that says what is measured, against what.</summary>
    string Summary { get; }

    /// <summary>Whether the row is measured where none is named; false for those that take long or much disk.</summary>
    bool InTable(UpdateOptions options) => true;

    /// <summary>Measures.</summary>
    Task<IReadOnlyList<Measurement>> RunAsync(Bench bench);
}
