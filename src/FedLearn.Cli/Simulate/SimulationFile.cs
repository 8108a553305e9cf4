using System.Text.Json.Nodes;
using FedLearn.Cli.Shell;

namespace FedLearn.Cli.Simulate;

/// <summary>
/// A simulation's document: the fields of <see cref="FedLearn.Training.Simulation.SimulationSettings"/>, and beside them
/// <c>runs</c>, a list of <c>{"label":..,"set":{PATH:VALUE}}</c>, and <c>grid</c>, an object of <c>PATH:[VALUE,...]</c>. Every run is made with
/// every combination of the grid's values. A path is one of the spec's, or <c>simulation.FIELD</c>.
/// </summary>
/// <param name="Document">The document.</param>
/// <param name="Folders">Where the names of files are looked up, in this order.</param>
internal sealed record SimulationFile(JsonObject Document, IReadOnlyList<string> Folders)
{
    /// <summary>The full path of a file or folder of data.</summary>
    /// <exception cref="CliException">There is none of that name.</exception>
    public string Resolve(string name) =>
        Folders.Select(folder => Path.Combine(folder, name)).Prepend(name).FirstOrDefault(Path.Exists)
            ?? throw new CliException($"there is no {name}, neither here nor in {string.Join(" or ", Folders)} (--data or FEDLEARN_DATA names the folder of data sets)", ExitCode.Usage);
}
