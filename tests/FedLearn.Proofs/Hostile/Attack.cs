namespace FedLearn.Proofs.Hostile;

/// <summary>One way to be hostile.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Connections">How many connections do it at once.</param>
/// <param name="PerSecond">What all of them together send in a second; 0: only what they send first, and then nothing.</param>
/// <param name="First">What a connection sends first.</param>
/// <param name="Next">What it sends next, by its number of the stream (1, 3, 5, ...).</param>
internal sealed record Attack(string Name, int Connections, int PerSecond, Func<byte[]> First, Func<int, byte[]> Next)
{
    private const int Few = 4;
    private const int Rate = 2000;

    public static IReadOnlyList<Attack> All { get; } =
    [
        Flood("rapid-reset", Rate, stream => [.. Http2Frames.Headers(stream, ended: true), .. Http2Frames.Reset(stream)]),
        Flood("ping", Rate, _ => Http2Frames.Ping()),
        Flood("settings", Rate, _ => Http2Frames.Settings()),
        Flood("continuation", Rate, stream => stream == 1 ? Http2Frames.Headers(stream, ended: false) : Http2Frames.Continuation(1)),
        Flood("bomb", Rate / 20, Http2Frames.Bomb),
        Flood("strangers-calls", Rate, Http2Frames.StrangersCall),
        Still("idle", 10_000, () => Http2Frames.Preface),
        Still("half-headers", 1000, () => [.. Http2Frames.Preface, .. Http2Frames.Headers(1, ended: true)[..20]]),
    ];

    private static Attack Flood(string name, int perSecond, Func<int, byte[]> next) => new(name, Few, perSecond, () => Http2Frames.Preface, next);

    private static Attack Still(string name, int connections, Func<byte[]> first) => new(name, connections, 0, first, _ => []);
}
