using FedLearn.Coordinator.Ingest.Uploads;
using Microsoft.Extensions.Time.Testing;

namespace FedLearn.Coordinator.Tests.Ingest.Uploads;

public class UploadBudgetTests
{
    [Fact]
    public async Task Take_WhileThereIsEnough_DoesNotWait()
    {
        var budget = new UploadBudget(10);

        using var first = await budget.TakeAsync(4, default);
        var second = budget.TakeAsync(6, default);

        Assert.True(second.IsCompletedSuccessfully);
        Assert.False(budget.TakeAsync(1, default).IsCompleted);
    }

    [Fact]
    public async Task Take_MoreThanThereIs_WaitsInOrderOfArrival()
    {
        var budget = new UploadBudget(10);
        var all = await budget.TakeAsync(100, default);
        var large = budget.TakeAsync(10, default);
        var small = budget.TakeAsync(1, default);

        all.Dispose();
        var share = await large;
        Assert.False(small.IsCompleted, "a small one overtook");

        share.Dispose();
        share.Dispose();
        using var last = await small;
        Assert.False(budget.TakeAsync(10, default).IsCompleted, "a share was given back twice");
    }

    [Fact]
    public async Task Take_Cancelled_LetsTheNextOneGoOn()
    {
        var budget = new UploadBudget(10);
        using var held = await budget.TakeAsync(8, default);
        using var cancel = new CancellationTokenSource();
        var large = budget.TakeAsync(5, cancel.Token);
        var small = budget.TakeAsync(2, default);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        using var share = await small;
    }

    [Theory]
    [InlineData(9, 6, true)]
    [InlineData(11, 6, false)]
    [InlineData(9, 7, false)]
    public async Task Reservation_NotTakenInTimeOrTooSmall_IsGivenBack(int seconds, long needed, bool taken)
    {
        var time = new FakeTimeProvider();
        var budget = new UploadBudget(10);
        using var reservation = new UploadReservation(await budget.TakeAsync(6, default), 6, time);

        time.Advance(TimeSpan.FromSeconds(seconds));
        using var share = reservation.Take(needed);

        Assert.Equal(taken, share is not null);
        Assert.Equal(!taken, budget.TakeAsync(10, default).IsCompleted);
    }
}
