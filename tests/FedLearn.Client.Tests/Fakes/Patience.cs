using System.Threading.Channels;

namespace FedLearn.Client.Tests.Fakes;

/// <summary>Waiting for an event that must come: the limit only turns a hang into a failure.</summary>
internal static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static Task<T> NextAsync<T>(this Channel<T> channel) => channel.Reader.ReadAsync().AsTask().WaitAsync(Limit);
}
