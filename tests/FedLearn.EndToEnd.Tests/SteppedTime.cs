using Microsoft.Extensions.Time.Testing;

namespace FedLearn.EndToEnd.Tests;

/// <summary>Virtual time that tells when somebody begins to wait for it, so that a test moves it then and not by the machine's clock.</summary>
internal sealed class SteppedTime(DateTimeOffset start) : FakeTimeProvider(start)
{
    private volatile TaskCompletionSource _wait = New();

    /// <summary>Completes at the next timer that somebody sets.</summary>
    public Task NextWait => _wait.Task;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        Interlocked.Exchange(ref _wait, New()).TrySetResult();
        return timer;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
