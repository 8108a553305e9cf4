using FedLearn.Coordinator.Ingest.Uploads;
using Grpc.Core;
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
    public async Task Window_WithTheLeastBytesOrFewer_EndsTheSlowOneOnly(long bytes, bool tooSlow)
    {
        _pace.Took(bytes);
        var bytesThatNeverCome = _pace.WaitAsync(NeverAsync).AsTask();

        _time.Advance(PaceGuard.Window);

        Assert.Equal(tooSlow, _pace.Token.IsCancellationRequested);
        if (!tooSlow)
        {
            _time.Advance(PaceGuard.Window);
        }

        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(() => bytesThatNeverCome)).StatusCode);
    }

    [Fact]
    public async Task Window_WhileTheServerIsBusy_IsNotTheClientsFault()
    {
        await _pace.WaitAsync(_ => new ValueTask<int>(1));
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

    private static async ValueTask<int> NeverAsync(CancellationToken stop)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, stop);
        return 0;
    }

    public void Dispose()
    {
        _pace.Dispose();
        _call.Dispose();
    }
}
