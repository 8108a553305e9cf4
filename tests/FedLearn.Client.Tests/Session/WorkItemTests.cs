using FedLearn.Client.Session;

namespace FedLearn.Client.Tests.Session;

public class WorkItemTests
{
    [Fact]
    public void GiveUp_AfterTheWorkEnded_ChangesNothing()
    {
        var item = new WorkItem(default!, assignment: null, TimeSpan.FromMinutes(1), TimeProvider.System);
        item.Dispose();

        item.GiveUp("the run is over");

        Assert.Equal("the run is over", item.Reason);
    }
}
