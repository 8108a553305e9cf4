using System.CommandLine;
using FedLearn.Client;

namespace FedLearn.Cli.Worker;

/// <summary>What a participant agrees to, on the command line.</summary>
internal sealed class PolicyOptions
{
    private static readonly WorkerPolicy s_defaults = new();

    private readonly Option<string[]> _runs = Patterns("--serve", "A run that this participant agrees to, by name; * stands for any text. May be given several times; nothing else is served.", []);
    private readonly Option<string[]> _kinds = Patterns("--serve-kind", "A kind of model that it agrees to, likewise; all where none is given.", [.. s_defaults.Kinds]);
    private readonly Option<string[]> _strategies = Patterns("--serve-strategy", "A strategy that it agrees to, likewise; all where none is given.", [.. s_defaults.Strategies]);
    private readonly Option<int> _cohort = new("--min-cohort") { Description = "The fewest clients that a run's rounds must take (cohort.minimum).", HelpName = "N", DefaultValueFactory = _ => s_defaults.MinimumCohort };
    private readonly Option<long> _parameters = new("--max-parameters") { Description = "The most parameters of a model; 0 for no limit.", HelpName = "N", DefaultValueFactory = _ => s_defaults.MaxParameters };

    public PolicyOptions AddTo(Command command)
    {
        Option[] all = [_runs, _kinds, _strategies, _cohort, _parameters];
        Array.ForEach(all, command.Add);
        return this;
    }

    public WorkerPolicy Read(ParseResult result) => new()
    {
        Runs = result.GetRequiredValue(_runs),
        Kinds = result.GetRequiredValue(_kinds),
        Strategies = result.GetRequiredValue(_strategies),
        MinimumCohort = result.GetValue(_cohort),
        MaxParameters = result.GetValue(_parameters),
    };

    private static Option<string[]> Patterns(string name, string description, string[] otherwise) =>
        new(name) { Description = description, HelpName = "NAME", DefaultValueFactory = _ => otherwise };
}
