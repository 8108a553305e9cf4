using System.CommandLine;
using FedLearn.Cli.Data;
using FedLearn.Cli.Shell;
using FedLearn.Client.Vault;
using FedLearn.Training.Data;

namespace FedLearn.Cli.Runs;

/// <summary>The options that say what to evaluate on: a source as <c>data import</c> reads it, or a vault's test part.</summary>
internal sealed class EvaluationData
{
    private readonly Option<DirectoryInfo> _vault = new("--vault") { Description = "Evaluate on the test part of this vault; needs its key.", HelpName = "DIR" };
    private readonly Option<string?> _version = new("--data-version") { Description = "The vault's version; the latest where none is given.", HelpName = "VERSION" };
    private readonly SourceOptions _source = new();
    private readonly KeyOptions _key = new();

    public EvaluationData AddTo(Command command)
    {
        command.Add(_vault);
        command.Add(_version);
        _key.AddTo(command);
        _source.AddTo(command);
        return this;
    }

    /// <exception cref="CliException">The command line names no data, or two.</exception>
    public DataSet Load(ParseResult result)
    {
        if (result.GetValue(_vault) is { } folder)
        {
            using var vault = DataVault.Open(folder.FullName, _key.Read(result), TimeProvider.System);
            return VaultData.Load(vault, vault.Find(result.GetValue(_version))).Test;
        }

        var parts = _source.Read(result);
        using var first = parts[0].Open();
        if (parts.Count == 2)
        {
            using var test = parts[1].Open();
            return DataSet.Load(first, test).Test;
        }

        // What a schema takes from a site's own data, such as its means, it takes from these examples.
        var records = RecordSources.ReadAll(first);
        return DataSet.FromRecords(DataSchema.Parse(first.Schema.Span), records, records).Test;
    }
}
