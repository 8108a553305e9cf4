using System.Security.Cryptography;
using FedLearn.Coordinator.Identity;

namespace FedLearn.Coordinator.Dashboard.Signing;

/// <summary>Somebody who is signed in: for 12 hours, until signing out, or until the token that it came by holds no longer.</summary>
internal sealed class Session : IDisposable
{
    /// <summary>How long a session lasts.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    private readonly CancellationTokenSource _ended;
    private readonly CancellationTokenRegistration _withToken;

    public Session(Caller caller, TimeProvider time)
    {
        Caller = caller;
        _ended = new CancellationTokenSource(Lifetime, time);
        Ended = _ended.Token;
        _withToken = caller.WhenEnded(End);
    }

    public Caller Caller { get; }

    /// <summary>Whether it may do more than look.</summary>
    public bool MayAct => (Caller.Scopes & Scope.RunsWrite) != 0;

    public string Name => Caller.OperatorName;

    /// <summary>What every form of its pages carries.</summary>
    public string FormToken { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>Cancelled when it is over.</summary>
    public CancellationToken Ended { get; }

    public bool IsOver => Ended.IsCancellationRequested || Caller.Credential?.Problem() is not null;

    public void End() => _ = _ended.CancelAsync();

    public void Dispose()
    {
        _withToken.Dispose();
        _ended.Dispose();
    }
}
