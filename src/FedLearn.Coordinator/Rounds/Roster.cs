using System.Collections.Immutable;
using FedLearn.Core.Rounds;

namespace FedLearn.Coordinator.Rounds;

/// <summary>Who is online and accepted a run, and as what. Of this process alone: everybody answers again on each connect.</summary>
/// <param name="Eligible">Who may be selected to train.</param>
/// <param name="Announced">What those say of the size of their training sets.</param>
/// <param name="EvaluateOnly">Who only evaluates.</param>
internal sealed record Roster(
    ImmutableSortedSet<string> Eligible, ImmutableSortedDictionary<string, long> Announced, ImmutableSortedSet<string> EvaluateOnly)
{
    /// <summary>The roster that a state goes by.</summary>
    public static Roster Of(RunState state) => new(state.Eligible, state.Facts.Announced, state.EvaluateOnly);

    public RunEvent.EligibleChanged ToEvent() => new(Eligible, Announced) { EvaluateOnly = EvaluateOnly };

    /// <summary>Whether a state goes by another roster than this one.</summary>
    public bool IsNewFor(RunState state) =>
        Eligible != state.Eligible || Announced != state.Facts.Announced || EvaluateOnly != state.EvaluateOnly;

    public Roster Without(string clientId) =>
        new(Eligible.Remove(clientId), Announced.Remove(clientId), EvaluateOnly.Remove(clientId));

    /// <summary>With a client that accepted; what it said before is forgotten.</summary>
    public Roster With(RunMessage.Answer answer)
    {
        var others = Without(answer.ClientId);
        return answer.EvaluateOnly
            ? others with { EvaluateOnly = others.EvaluateOnly.Add(answer.ClientId) }
            : others with
            {
                Eligible = others.Eligible.Add(answer.ClientId),
                Announced = answer.NumExamples > 0 ? others.Announced.Add(answer.ClientId, answer.NumExamples) : others.Announced,
            };
    }
}
