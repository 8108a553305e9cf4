using FedLearn.Core.Rounds;
using Grpc.Core;

namespace FedLearn.Protocol.Tests;

public class ProblemTests
{
    /// <summary>The table of design.md section 6, written a second time.</summary>
    public static TheoryData<Refusal, StatusCode> Table { get; } = new()
    {
        { Refusal.RunOver, StatusCode.FailedPrecondition },
        { Refusal.UnknownRound, StatusCode.NotFound },
        { Refusal.RoundClosed, StatusCode.FailedPrecondition },
        { Refusal.NotInCohort, StatusCode.PermissionDenied },
        { Refusal.Declined, StatusCode.FailedPrecondition },
        { Refusal.StaleBase, StatusCode.FailedPrecondition },
        { Refusal.AnotherAccepted, StatusCode.AlreadyExists },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Of_Refusal_HasItsStatusAndNamesRunAndRound(Refusal refusal, StatusCode expected)
    {
        var problem = Problem.Of(refusal, "r-17", 42);

        Assert.Equal(expected, problem.Status);
        Assert.Contains("r-17", problem.Text);
        Assert.True(refusal == Refusal.RunOver || problem.Text.Contains("42", StringComparison.Ordinal), problem.Text);
    }

    [Fact]
    public void Of_EveryRefusal_StandsInTheTableWithATextOfItsOwn()
    {
        var refusals = Enum.GetValues<Refusal>();

        Assert.Equal(refusals, Table.Select(row => row.Data.Item1));
        Assert.Equal(refusals.Length, refusals.Select(r => Problem.Of(r, "r", 1).Text).Distinct().Count());
    }

    [Fact]
    public void Of_NoRefusal_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => Problem.Of((Refusal)99, "r", 1));

    [Fact]
    public void Factories_EachKind_HasTheStatusOfTheTable()
    {
        (Problem Problem, StatusCode Status)[] table =
        [
            (Problem.Unauthenticated("x"), StatusCode.Unauthenticated),
            (Problem.PermissionDenied("x"), StatusCode.PermissionDenied),
            (Problem.NotFound("x"), StatusCode.NotFound),
            (Problem.Invalid("x"), StatusCode.InvalidArgument),
            (Problem.FailedPrecondition("x"), StatusCode.FailedPrecondition),
            (Problem.AlreadyExists("x"), StatusCode.AlreadyExists),
            (Problem.Exhausted("x"), StatusCode.ResourceExhausted),
            (Problem.Unavailable("x"), StatusCode.Unavailable),
            (Problem.DataLoss("x"), StatusCode.DataLoss),
        ];

        Assert.All(table, row => Assert.Equal(row.Status, row.Problem.Status));
    }

    [Fact]
    public void ToException_Always_CarriesStatusAndText()
    {
        var exception = Problem.Invalid("expected 3, got 4").ToException();

        Assert.Equal((StatusCode.InvalidArgument, "expected 3, got 4"), (exception.StatusCode, exception.Status.Detail));
    }
}
