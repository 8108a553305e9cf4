using FedLearn.Coordinator.Ingest.Uploads;
using Microsoft.Extensions.Time.Testing;

namespace FedLearn.Coordinator.Tests.Ingest.Uploads;

public sealed class PaceGuardTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _call = new();
    private readonly PaceGuard _pace;

    public PaceGuardTests() => _pace = new PaceGuard(_time, _call.Token);

    [Theory]
    [InlineData(PaceGuard.LeastBytes, false)]
    [InlineData(PaceGuard.LeastBytes - 1, true)]
    public void Window_WithTheLeastBytesOrFewer_EndsTheSlowOneOnly(long bytes, bool tooSlow)
    {
        for (var window = 0; window < 3 && !_pace.IsTooSlow; window++)
        {
            _pace.Took(bytes);
            _pace.Waits();
            _time.Advance(PaceGuard.Window);
        }

        Assert.Equal(tooSlow, _pace.IsTooSlow);
        Assert.Equal(tooSlow, _pace.Token.IsCancellationRequested);
    }

    [Fact]
    public void Window_WhileTheServerIsBusy_IsNotTheClientsFault()
    {
        _pace.Waits();
        _pace.Took(1);
        _time.Advance(2 * PaceGuard.Window);

        Assert.False(_pace.IsTooSlow);
    }

    [Fact]
    public void Call_ThatEnds_EndsTheUploadWithoutBlame()
    {
        _call.Cancel();

        Assert.True(_pace.Token.IsCancellationRequested);
        Assert.False(_pace.IsTooSlow);
    }

    public void Dispose()
    {
        _pace.Dispose();
        _call.Dispose();
    }
}
