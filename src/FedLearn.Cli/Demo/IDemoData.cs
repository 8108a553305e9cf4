using System.Text.Json.Nodes;

namespace FedLearn.Cli.Demo;

/// <summary>A data set of the demo: who takes part, with what, and what is trained.</summary>
internal interface IDemoData
{
    /// <summary>One line for people.</summary>
    string Title { get; }

    /// <summary>The participants' ids.</summary>
    IReadOnlyList<string> Participants { get; }

    /// <summary>Fills a participant's vault.</summary>
    void Import(DemoParticipant participant);

    /// <summary>The run's spec, but for what the demo itself decides (name, seed, cohort).</summary>
    JsonObject Spec();
}
