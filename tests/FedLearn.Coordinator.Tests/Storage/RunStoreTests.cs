using System.Collections.Immutable;
using CsCheck;
using FedLearn.Coordinator.Rounds;
using FedLearn.Coordinator.Storage;
using FedLearn.Core.Rounds;
using FedLearn.Core.Specs;
using FedLearn.Core.Tests.Rounds;

namespace FedLearn.Coordinator.Tests.Storage;

public sealed class RunStoreTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly DataFolder _folder;
    private readonly RunStore _store;
    private int _runs;

    public RunStoreTests()
    {
        _folder = DataFolder.Open(_temp.Path);
        var factory = new CoordinatorDbFactory(_folder.Database);
        Migrator.Migrate(_folder, factory, TimeProvider.System);
        _store = Stores.Runs(_folder, factory);
    }

    public void Dispose()
    {
        _folder.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _temp.Dispose();
    }

    [Fact]
    public void LoadOpen_AfterEveryStepOfAnyRun_IsTheStateThatWasCommitted() =>
        Gen.Select(RunWalk.Specs, RunWalk.Moves).Sample(WalkAndCompare, iter: 8, threads: 1);

    [Fact]
    public void Commit_OneOfManyFails_ChangesNothing()
    {
        Create("r1", TestRun.Spec);
        var round = new TestRun(TestRun.Spec, 2).Round;

        Assert.ThrowsAny<Exception>(() => _store.Commit("r1", [new(new RunEffect.OpenRound(round)), new(new RunEffect.OpenRound(round))]));

        Assert.Equal(0, Assert.Single(_store.LoadOpen()).State.LastRound);
    }

    [Fact]
    public void FindVersion_ByNumberOrNewest_ReadsBackEveryField()
    {
        Create("r1", TestRun.Spec);
        var run = new TestRun(TestRun.Spec, 1);
        Commit("r1", run.Log);
        run.SendAll();
        Commit("r1", run.Log.Skip(1));
        var before = run.Log.Count;
        run.Aggregated();
        Commit("r1", run.Log.Skip(before));

        AssertSame(VersionOf("r1", 0), _store.FindVersion("r1", 0));
        AssertSame(VersionOf("r1", 1), _store.FindVersion("r1", null));
        Assert.Null(_store.FindVersion("r1", 2));
        Assert.Null(_store.FindVersion("r2", null));
        Assert.Equal(("d1", 1L), (Convert.ToHexStringLower(_store.FindUpdate("r1", 1, "c00")!.Digest), _store.FindUpdate("r1", 1, "c00")!.NumExamples));
    }

    [Theory]
    [InlineData("UPDATE Updates SET NumExamples = NumExamples + 1", "the update of c00 in round 1 of run r1")]
    [InlineData("UPDATE Updates SET Offset = 8", "the update of c00 in round 1 of run r1")]
    [InlineData("UPDATE Rounds SET Cohort = 'c01'", "round 1 of run r1")]
    [InlineData("UPDATE Runs SET Reason = 'x'", "run r1")]
    public void Load_ARowThatIsNotAsItWasStored_IsNamed(string damage, string row)
    {
        Create("r1", TestRun.Spec);
        var run = new TestRun(TestRun.Spec, 2);
        Commit("r1", run.Log);
        run.Send("c00");
        Commit("r1", run.Log.Skip(1));
        Execute(damage);

        Assert.Contains(row, Assert.Throws<StoredDataException>(_store.LoadOpen).Message);
    }

    private void Execute(string sql)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_folder.Database}");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the statements stand above
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private void WalkAndCompare(RunSpec spec, Move[] moves)
    {
        var id = $"run{_runs++}";
        Create(id, spec with { Name = id });
        var state = new RunState { Spec = spec, Eligible = TestRun.Clients(8) };
        var now = TimeSpan.Zero;
        foreach (var move in moves)
        {
            now += TimeSpan.FromSeconds(move.Seconds);
            var decision = RunMachine.Decide(state, move.Event(state), now);
            state = decision.State;
            Assert.Equal(CommitOutcome.Done, Commit(id, decision.Effects));
            if (decision.Effects.Count > 0)
            {
                var loaded = _store.LoadOpen().SingleOrDefault(r => r.Id == id);
                Assert.Equal(state.Phase == RunPhase.Over, loaded is null);
                Assert.Equal(loaded is null ? null : RunText.Of(loaded.State), loaded is null ? null : RunText.Of(Durable(state)));
            }
        }

        if (state.Phase != RunPhase.Over)
        {
            Commit(id, [new RunEffect.EndRun(RunOutcome.Stopped, "the test is over")]);
        }
    }

    /// <summary>What a restart keeps: not who was online or gave a stage up, and every clock starts anew.</summary>
    private static RunState Durable(RunState state) => state with
    {
        Eligible = state.Eligible.Clear(),
        EvaluateOnly = state.EvaluateOnly.Clear(),
        Facts = state.Facts with { Announced = state.Facts.Announced.Clear() },
        Started = TimeSpan.Zero,
        NotBefore = TimeSpan.Zero,
        Round = state.Round is { } round ? round with { StageStarted = TimeSpan.Zero, Declined = round.Declined.Clear() } : null,
    };

    private void Create(string id, RunSpec spec)
    {
        var json = RunSpecWriter.Write(spec);
        Assert.Empty(RunSpecParser.Parse(json).Mistakes);
        Assert.Equal(CommitOutcome.Done, _store.Create(id, spec.Name, json, VersionOf(id, 0), by: null));
    }

    private CommitOutcome Commit(string id, IEnumerable<RunEffect> effects) => Commit(_store, id, effects);

    internal static CommitOutcome Commit(RunStore store, string id, IEnumerable<RunEffect> effects) => store.Commit(id, [.. effects.Select(e => e switch
    {
        RunEffect.AcceptUpdate a => new RunCommit(e, Update: Sealed(id, a)),
        RunEffect.Publish p => new RunCommit(e, Version: VersionOf(id, p.Version)),
        _ => new RunCommit(e),
    })]);

    private static SealedUpdate Sealed(string id, RunEffect.AcceptUpdate accept) => new(
        id, accept.Round, accept.ClientId, Convert.FromHexString(accept.Update.Digest), accept.Update.NumExamples, 3,
        ImmutableSortedDictionary<string, double>.Empty, 1.5, 4, "file",
        DateTimeOffset.FromUnixTimeMilliseconds(accept.Update.AcceptedUnixMs));

    internal static StoredVersion VersionOf(string id, int number) => new(id, number, number, [1, (byte)number], [2], 4, "manifest");

    private static void AssertSame(StoredVersion expected, StoredVersion? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Digest, actual.Digest);
        Assert.Equal(expected.ParentDigest, actual.ParentDigest);
        Assert.Equal(expected with { Digest = [], ParentDigest = [] }, actual with { Digest = expected.Digest[..0], ParentDigest = expected.Digest[..0] });
    }
}
