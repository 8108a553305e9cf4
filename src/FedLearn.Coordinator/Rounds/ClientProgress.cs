namespace FedLearn.Coordinator.Rounds;

/// <summary>How far one client of a round is with its transfers, for operators to watch. Thread safe; nothing is allocated per chunk.</summary>
internal sealed class ClientProgress(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private long _out;
    private long _in;
    private long _expected;
    private long _outMs = -1;
    private long _outEndMs;
    private long _inMs = -1;
    private long _inEndMs;

    /// <summary>Bytes of the model that went to it.</summary>
    public long BytesOut => Interlocked.Read(ref _out);

    /// <summary>Bytes of its update that came.</summary>
    public long BytesIn => Interlocked.Read(ref _in);

    /// <summary>The length of its update, once it is announced.</summary>
    public long Expected => Interlocked.Read(ref _expected);

    /// <summary>The seconds between the first and the last byte of its download, and of its upload, together.</summary>
    public double TransferSeconds => (Between(ref _outMs, ref _outEndMs) + Between(ref _inMs, ref _inEndMs)) / 1e3;

    /// <summary>A download begins or goes on.</summary>
    public void SendBegins() => Interlocked.CompareExchange(ref _outMs, NowMs, -1);

    public void Sent(long bytes)
    {
        Interlocked.Add(ref _out, bytes);
        Interlocked.Exchange(ref _outEndMs, NowMs);
    }

    /// <summary>An upload begins or goes on, with so many bytes here already.</summary>
    public void UploadBegins(long expected, long at)
    {
        Interlocked.Exchange(ref _expected, expected);
        Interlocked.Exchange(ref _in, at);
        Interlocked.CompareExchange(ref _inMs, NowMs, -1);
    }

    public void Came(long bytes)
    {
        Interlocked.Add(ref _in, bytes);
        Interlocked.Exchange(ref _inEndMs, NowMs);
    }

    private long NowMs => (long)time.GetElapsedTime(_start).TotalMilliseconds;

    private static long Between(ref long from, ref long to) =>
        Interlocked.Read(ref from) is >= 0 and var began ? Math.Max(0, Interlocked.Read(ref to) - began) : 0;
}
