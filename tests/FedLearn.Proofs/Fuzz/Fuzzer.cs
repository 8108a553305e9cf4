namespace FedLearn.Proofs.Fuzz;

/// <summary>
/// Feeds one target mutated inputs. An input that comes to something new is kept and mutated further, so that the search goes by what the
/// decoder does; inputs that went another way through it and came to the same are not told apart.
/// </summary>
internal sealed class Fuzzer(FuzzTarget target, int seed)
{
    private const int MostKept = 256;
    private const int MostFindings = 5;

    /// <summary>An input of at most 64 KiB may make its decoder allocate so much.</summary>
    private const long MostAllocated = 64 << 20;

    /// <summary>So long that only a hang reaches it, on however busy a machine.</summary>
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(30);

    private readonly Random _random = new(seed);
    private readonly List<byte[]> _known = [.. target.Seeds];
    private readonly HashSet<string> _outcomes = new(StringComparer.Ordinal);
    private readonly List<string> _findings = [];
    private volatile byte[] _current = [];
    private volatile int _done;

    /// <summary>Different outcomes so far.</summary>
    public int Outcomes => _outcomes.Count;

    /// <summary>Decodes so many inputs, the seeds first, and says what must not be.</summary>
    public IReadOnlyList<string> Run(int executions)
    {
        using var over = new ManualResetEventSlim();
        var worker = new Thread(() =>
        {
            Work(executions);
            over.Set();
        })
        { IsBackground = true };
        worker.Start();
        for (var before = -1; !over.Wait(s_hang); before = _done)
        {
            if (_done == before)
            {
                return [.. _findings, $"does not come to an end on {Show(_current)}"];
            }
        }

        return _findings;
    }

    private void Work(int executions)
    {
        var mutator = new Mutator(_random);
        for (; _done < executions && _findings.Count < MostFindings; _done++)
        {
            _current = _done < target.Seeds.Count ? target.Seeds[_done] : mutator.Mutate(Known(), Known());
            Execute(_current);
        }
    }

    private byte[] Known() => _known[_random.Next(_known.Count)];

    private void Execute(byte[] input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            if (_outcomes.Add(target.Run(input)) && _known.Count < MostKept)
            {
                _known.Add(input);
            }
        }
        catch (Exception e)
        {
            _findings.Add($"{e.GetType().Name}: {e.Message} at {e.StackTrace?.Split('\n')[0].Trim()} on {Show(input)}");
        }

        if (GC.GetAllocatedBytesForCurrentThread() - before is var allocated and > MostAllocated)
        {
            _findings.Add($"allocates {allocated >> 20} MiB on {Show(input)}");
        }
    }

    /// <summary>An input so that a test can be made of it.</summary>
    private static string Show(byte[] input) => input.Length <= 2048
        ? $"{input.Length} bytes, base64 {Convert.ToBase64String(input)}"
        : $"{input.Length} bytes, base64 {Convert.ToBase64String(input.AsSpan(0, 2048))}...";
}
