namespace FedLearn.Benchmarks.Update;

/// <summary>The arguments of the update benchmark.</summary>
internal sealed record UpdateOptions
{
    /// <summary>Server certificates on every connection, also the yardsticks'. Default false.</summary>
    public bool Tls { get; init; }

    /// <summary>The edition for continuous integration: fewer turns, and less data where a row is large. Default false.</summary>
    public bool Small { get; init; }

    /// <summary>How often a compared pair takes turns, after one turn that does not count. Default 5, of the small edition 3.</summary>
    public int Turns { get; init; } = 5;

    /// <summary>Where data folders are made, and deleted afterwards. Default: the system's folder for temporary files.</summary>
    public string Folder { get; init; } = Path.GetTempPath();

    /// <summary>The model's size, for rows that take it, or null for the row's own.</summary>
    public long? Parameters { get; init; }

    /// <summary>The number of clients, for rows that take it, or null for the row's own.</summary>
    public int? Clients { get; init; }

    /// <summary>The rows asked for; none: the whole table.</summary>
    public IReadOnlyList<string> Rows { get; init; } = [];

    public static UpdateOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new UpdateOptions { Turns = arguments.Contains("--small") ? 3 : 5 };
        for (var i = 0; i < arguments.Count; i++)
        {
            options = arguments[i] switch
            {
                "--tls" => options with { Tls = true },
                "--small" => options with { Small = true },
                "--turns" => options with { Turns = (int)Number(arguments, ++i) },
                "--parameters" => options with { Parameters = Number(arguments, ++i) },
                "--clients" => options with { Clients = (int)Number(arguments, ++i) },
                "--folder" => options with { Folder = i + 1 < arguments.Count ? arguments[++i] : throw new BenchmarkException("--folder: expected a path") },
                ['-', ..] unknown => throw new BenchmarkException($"{unknown}: unknown; expected --tls, --small, --turns, --parameters, --clients, --folder or a row's name"),
                var row => options with { Rows = [.. options.Rows, row] },
            };
        }

        return options;
    }

    private static long Number(IReadOnlyList<string> arguments, int at) =>
        at < arguments.Count && long.TryParse(arguments[at], out var number) && number > 0
            ? number
            : throw new BenchmarkException($"{arguments[at - 1]}: expected a whole number of at least 1");
}
