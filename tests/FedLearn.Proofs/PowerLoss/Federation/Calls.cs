using Grpc.Core;

namespace FedLearn.Proofs.PowerLoss.Federation;

/// <summary>Calls of a client that does not give up: a refusal that says "try again" is tried again at once.</summary>
internal static class Calls
{
    private const int Tries = 200;

    /// <summary>Makes a call, again where it is refused for now. Counts the refusals.</summary>
    /// <exception cref="RpcException">It is refused for good, or again and again.</exception>
    public static async Task<T> AgainAsync<T>(Func<Task<T>> call, Action<RpcException> refused)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call().ConfigureAwait(false);
            }
            catch (RpcException e) when (IsForNow(e) && attempt < Tries)
            {
                refused(e);
            }
        }
    }

    /// <summary>Metadata with a token.</summary>
    public static Metadata Bearer(string token) => new() { { "authorization", $"Bearer {token}" } };

    /// <summary>INTERNAL is what the transport makes of a stream that the coordinator ended while bytes were still on their way.</summary>
    private static bool IsForNow(RpcException e) => e.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.ResourceExhausted or StatusCode.DeadlineExceeded;
}
