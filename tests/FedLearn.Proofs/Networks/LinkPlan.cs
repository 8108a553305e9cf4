namespace FedLearn.Proofs.Networks;

/// <summary>What may happen to a connection at one byte.</summary>
internal enum LinkFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>No byte passes for a while, and then they go on.</summary>
    Stall,

    /// <summary>Both ends get a reset, and what was on its way is lost.</summary>
    Reset,

    /// <summary>The coordinator's end gets a reset; the client's end hears nothing more for a while, as of a machine that vanished.</summary>
    HalfOpen,
}

/// <summary>What one connection through the proxy suffers.</summary>
internal sealed record LinkPlan
{
    /// <summary>How long each byte is under way, in either direction.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>The most bytes a second in either direction; 0 = no limit.</summary>
    public long BytesPerSecond { get; init; }

    /// <summary>The fault, if any.</summary>
    public LinkFault Fault { get; init; }

    /// <summary>Whether the fault counts the bytes from client to coordinator, or those back.</summary>
    public bool IsUpstream { get; init; }

    /// <summary>The byte at which the fault strikes.</summary>
    public long AtByte { get; init; }

    /// <summary>How long a stall or a half-open end lasts.</summary>
    public TimeSpan For { get; init; }
}
