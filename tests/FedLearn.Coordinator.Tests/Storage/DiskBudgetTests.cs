using FedLearn.Coordinator.Storage;
using Microsoft.Extensions.Time.Testing;

namespace FedLearn.Coordinator.Tests.Storage;

public sealed class DiskBudgetTests : IDisposable
{
    private const long MiB = 1 << 20;

    private readonly TempFolder _temp = new();
    private readonly HookedDisk _disk = new() { Free = _ => 100 * MiB };
    private readonly FakeTimeProvider _time = new();
    private readonly DataFolder _folder;

    public DiskBudgetTests() => _folder = DataFolder.Open(_temp["data"], _disk);

    public void Dispose()
    {
        _folder.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void Take_WhatWouldTouchTheReserve_IsRefusedWithFigures()
    {
        var budget = Budget(reserve: 60 * MiB);

        Assert.Null(budget.Take((40 * MiB) + 1, out var problem));

        Assert.Equal(Grpc.Core.StatusCode.ResourceExhausted, problem!.ToException().StatusCode);
        Assert.Contains("--disk-reserve-bytes", problem.Text);
        Assert.Contains($"{100 * MiB} are free", problem.Text);
        Assert.NotNull(budget.Take(40 * MiB, out _));
    }

    [Fact]
    public void Take_WhileOthersAreUnderWay_CountsWhatTheyWillStillWrite()
    {
        var budget = Budget(reserve: 60 * MiB);
        var first = budget.Take(30 * MiB, out _)!;
        Assert.Null(budget.Take(20 * MiB, out _));

        first.Written((int)(20 * MiB));
        Assert.NotNull(budget.Take(20 * MiB, out _));

        first.Dispose();
        Assert.Null(budget.WhyNot(20 * MiB));
    }

    [Fact]
    public void Take_BeyondTheQuota_IsRefused()
    {
        File.WriteAllBytes(Path.Combine(_folder.Root, "x"), new byte[3 * MiB]);
        var budget = Budget(quota: 8 * MiB);

        Assert.Null(budget.WhyNot(4 * MiB));
        Assert.Contains("--disk-quota-bytes", budget.WhyNot(6 * MiB)!.Text);
    }

    [Fact]
    public void WhyNot_Small_UsesAMeasurementOnlyForAMoment()
    {
        var budget = Budget();
        Assert.Null(budget.WhyNot(1000));
        _disk.Free = _ => 0;
        Assert.Null(budget.WhyNot(1000));

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.NotNull(budget.WhyNot(1000));
    }

    private DiskBudget Budget(long reserve = 0, long quota = 0) =>
        new(_folder, new CoordinatorOptions { DataFolder = _folder.Root, DiskReserveBytes = reserve, DiskQuotaBytes = quota }, _time);
}
