using FedLearn.Core.Rounds;
using Grpc.Core;

namespace FedLearn.Protocol;

/// <summary>
/// What a caller got wrong, or cannot have now: a status, and a text that says what was expected, what came, and what to do. This file
/// is the one table from errors to gRPC statuses.
/// </summary>
public sealed record Problem(StatusCode Status, string Text)
{
    /// <summary>The status of the same refusal over HTTP.</summary>
    public int HttpStatus => Status switch
    {
        StatusCode.Unauthenticated => 401,
        StatusCode.PermissionDenied => 403,
        StatusCode.NotFound => 404,
        StatusCode.InvalidArgument => 400,
        StatusCode.FailedPrecondition or StatusCode.AlreadyExists => 409,
        StatusCode.ResourceExhausted => 429,
        StatusCode.DeadlineExceeded => 408,
        StatusCode.Unavailable => 503,
        _ => 500,
    };

    /// <summary>Unknown, expired or revoked identity.</summary>
    public static Problem Unauthenticated(string text) => new(StatusCode.Unauthenticated, text);

    /// <summary>Not in the cohort; role too low.</summary>
    public static Problem PermissionDenied(string text) => new(StatusCode.PermissionDenied, text);

    /// <summary>Unknown run, model or version.</summary>
    public static Problem NotFound(string text) => new(StatusCode.NotFound, text);

    /// <summary>Wrong shape, length, dtype or digest; a value that is not finite; a number out of bounds; a gap or an overlap.</summary>
    public static Problem Invalid(string text) => new(StatusCode.InvalidArgument, text);

    /// <summary>Stale base version; closed round; wrong stage.</summary>
    public static Problem FailedPrecondition(string text) => new(StatusCode.FailedPrecondition, text);

    /// <summary>Another update for the same round.</summary>
    public static Problem AlreadyExists(string text) => new(StatusCode.AlreadyExists, text);

    /// <summary>A quota; a disk that is nearly full.</summary>
    public static Problem Exhausted(string text) => new(StatusCode.ResourceExhausted, text);

    /// <summary>Too slow.</summary>
    public static Problem TooSlow(string text) => new(StatusCode.DeadlineExceeded, text);

    /// <summary>Draining; store busy; outcome unknown: try again.</summary>
    public static Problem Unavailable(string text) => new(StatusCode.Unavailable, text);

    /// <summary>Stored data fails its check.</summary>
    public static Problem DataLoss(string text) => new(StatusCode.DataLoss, text);

    /// <summary>Why a round refuses an update.</summary>
    public static Problem Of(Refusal refusal, string runId, int round) => refusal switch
    {
        Refusal.RunOver => FailedPrecondition($"run {runId} is over; the update is not needed any more"),
        Refusal.UnknownRound => NotFound($"run {runId} has not opened round {round}"),
        Refusal.RoundClosed => FailedPrecondition($"round {round} of run {runId} is closed; the update came too late and is not counted. GetRound tells how the round ended"),
        Refusal.NotInCohort => PermissionDenied($"this client was not selected for round {round} of run {runId}; wait for an assignment"),
        Refusal.Declined => FailedPrecondition($"this client gave up round {round} of run {runId}; wait for the next assignment"),
        Refusal.StaleBase => FailedPrecondition($"the update is based on another version than round {round} of run {runId} asks for; train from the assigned base version"),
        Refusal.AnotherAccepted => AlreadyExists($"another update of this client is already accepted in round {round} of run {runId}; the first one counts"),
        _ => throw new ArgumentOutOfRangeException(nameof(refusal), refusal, "not a refusal"),
    };

    /// <summary>The exception that carries this to the caller.</summary>
    public RpcException ToException() => new(new Status(Status, Text));
}
