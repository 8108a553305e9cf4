using System.Collections.Immutable;
using FedLearn.Core.Models;
using FedLearn.Training.Data;
using FedLearn.Training.Data.Digits;

namespace FedLearn.Training.Simulation;

/// <summary>
/// The data of simulated federations:
/// <list type="bullet">
/// <item><c>mnist:DIR</c>: the four files of MNIST, dealt by a partitioner;</item>
/// <item><c>csv:FILE</c>: a table with a schema, dealt by a partitioner; a drawn part of it is the test set;</item>
/// <item><c>digits:COUNT</c>: drawn digits, dealt by a partitioner; as many again times the test share are the test set;</item>
/// <item><c>femnist:DIR,PART</c>: a client for each writer; the test set is <c>test</c>, other images of theirs, or <c>heldout</c>, those of others;</item>
/// <item><c>heart-disease:DIR</c>: four hospitals with a schema; the test set is all of theirs;</item>
/// <item><c>text:FILE,LENGTH,STRIDE</c>: windows of a play, a client for each of the roles that say most; the end of each is the test set;</item>
/// <item><c>synthetic:ALPHA,BETA</c>: <see cref="SyntheticFederation"/>.</item>
/// </list>
/// </summary>
public static class SimulationSources
{
    private static readonly Dictionary<string, Func<SourceRequest, SimulationData>> s_kinds = new(StringComparer.Ordinal)
    {
        ["mnist"] = Mnist,
        ["csv"] = Csv,
        ["digits"] = Digits,
        ["femnist"] = Writers,
        ["heart-disease"] = Hospitals,
        ["text"] = Roles,
        ["synthetic"] = r => SyntheticFederation.Draw(r.Number(0, 0, 100), r.Number(1, 0, 100), r.Seed, r.NaturalClients(30)),
    };

    /// <summary>The kinds of sources.</summary>
    public static ImmutableArray<string> Kinds { get; } = [.. s_kinds.Keys];

    /// <summary>Loads a federation's data.</summary>
    /// <param name="settings">Which.</param>
    /// <param name="seed">Seeds what is drawn: who gets what, test sets, synthetic data.</param>
    /// <param name="resolve">Gives the full path of a file or folder that the settings name.</param>
    /// <exception cref="InvalidDataException">The settings have a mistake, or the data has; the message says which.</exception>
    public static SimulationData Load(SimulationSettings settings, long seed, Func<string, string> resolve)
    {
        var colon = settings.Source.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !s_kinds.TryGetValue(settings.Source[..colon], out var load))
        {
            throw new InvalidDataException($"source: expected KIND:ARGUMENTS with a kind of {string.Join(", ", Kinds)}, got '{settings.Source}'");
        }

        return settings switch
        {
            { Clients: < 1 } => throw new InvalidDataException($"clients: expected at least 1, got {settings.Clients}"),
            { TestFraction: not (> 0 and < 1) } => throw new InvalidDataException($"testFraction: expected a share above 0 and below 1, got {settings.TestFraction}"),
            _ => load(new(settings, settings.Source[(colon + 1)..].Split(','), seed, resolve)),
        };
    }

    private static SimulationData Mnist(SourceRequest request)
    {
        var folder = request.Path(0);
        using IdxRecordSource train = IdxRecordSource.Mnist(folder, test: false), test = IdxRecordSource.Mnist(folder, test: true);
        return request.Deal(DataSet.Load(train, test));
    }

    private static SimulationData Digits(SourceRequest request)
    {
        var count = (int)request.Number(0, 1, 1e6);
        var held = Math.Max(1, (int)(count * request.Settings.TestFraction));
        using DigitsRecordSource train = new(new() { Count = count, Seed = request.Seed }), test = new(new() { Count = held, Start = count, Seed = request.Seed });
        return request.Deal(DataSet.Load(train, test));
    }

    private static SimulationData Csv(SourceRequest request)
    {
        var schema = request.Table();
        using var source = new CsvRecordSource(request.Path(0), schema);
        var records = RecordSources.ReadAll(source);
        var order = Enumerable.Range(0, records.Length / schema.RecordLength).ToArray();
        SeededRandom.For("simulation/test", request.Seed).Shuffle<int>(order);
        var held = Math.Clamp((int)(order.Length * request.Settings.TestFraction), 1, Math.Max(1, order.Length - 1));
        return request.Deal(DataSet.FromRecords(schema, Records(order[held..]), Records(order[..held])));

        byte[] Records(IEnumerable<int> places) =>
            [.. places.Order().SelectMany(i => new ArraySegment<byte>(records, i * schema.RecordLength, schema.RecordLength))];
    }

    private static SimulationData Writers(SourceRequest request)
    {
        var (folder, part) = (request.Path(0), request.OneOf(1, ["test", "heldout"]));
        var writers = Femnist.WritersOf(folder, "train");
        var (schema, train, _) = Femnist.Read(folder, "train");
        var clients = writers.Take(request.NaturalClients(writers.Count)).Select(w => new VirtualClient(w.Id, train.Select(w.Images)));
        return new(schema, [.. clients], Femnist.Read(folder, part).Train);
    }

    private static SimulationData Hospitals(SourceRequest request)
    {
        var (schema, folder) = (request.Table(), request.Path(0));
        request.NaturalClients(HeartDisease.Sites.Count);
        var sites = HeartDisease.Sites.Select(site =>
        {
            using CsvRecordSource train = HeartDisease.Open(folder, site, schema, test: false), test = HeartDisease.Open(folder, site, schema, test: true);
            return DataSet.Load(train, test);
        }).ToList();
        return new(schema, [.. HeartDisease.Sites.Zip(sites, (id, site) => new VirtualClient(id, site.Train))], DataSet.Concat([.. sites.Select(s => s.Test)]));
    }

    private static SimulationData Roles(SourceRequest request)
    {
        var text = File.ReadAllText(request.Path(0));
        var schema = new TextSchema(TextSchema.AlphabetOf(text), (int)request.Number(1, 1, 1024));
        var stride = (int)request.Number(2, 1, 1e6);
        var roles = TextRecordSource.ByRole(text).OrderByDescending(r => r.Text.Length).Take(request.NaturalClients(100)).Select(role =>
        {
            var cut = (int)(role.Text.Length * (1 - request.Settings.TestFraction));
            using TextRecordSource train = new(schema, role.Text[..cut], stride), test = new(schema, role.Text[cut..], stride);
            return DataSet.Load(train, test);
        }).Where(role => role.Train.Count > 0).ToList();
        var parts = roles.Select((role, i) => new VirtualClient($"role-{i + 1:000}", role.Train));
        return new(schema, [.. parts], DataSet.Concat([.. roles.Select(r => r.Test)]));
    }
}
