using System.Reflection;
using FedLearn.Client.Logging;
using FedLearn.Testing;
using Microsoft.Extensions.Logging;

namespace FedLearn.Client.Tests.Logging;

public sealed class ClientLogTests
{
    private static List<LoggerMessageAttribute> Messages { get; } =
        [.. typeof(ClientLog).GetMethods(BindingFlags.Public | BindingFlags.Static).Select(m => m.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>()];

    [Fact]
    public void EventIds_AreUniqueAndInTheSdksRange()
    {
        Assert.NotEmpty(Messages);
        Assert.All(Messages, m => Assert.InRange(m.EventId, 2000, 2999));
        Assert.Equal(Messages.Count, Messages.Select(m => m.EventId).Distinct().Count());
    }

    [Fact]
    public void Docs_ListEveryEvent()
    {
        var page = File.ReadAllText(Repository.PathOf("docs/client-sdk.md"));

        Assert.All(Messages, m => Assert.Contains($"| {m.EventId} | {m.Level} |", page, StringComparison.Ordinal));
    }
}
