using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using CsCheck;
using FedLearn.Core.Encodings;
using FedLearn.Core.Models;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Tests.Specs;

/// <summary>Random valid specs.</summary>
internal static class SpecGen
{
    private static readonly Gen<string> Identifier = Gen.Char["abcdefghijklmnopqrstuvwxyz0123456789-"].Array[1, 63].Select(c => new string(c));
    private static readonly Gen<double> Share = Gen.Double[1e-6, 1];

    private static readonly Gen<InitRule> Init = Gen.OneOf(
        Gen.OneOf(InitRule.Zeros, InitRule.He, InitRule.Glorot), Gen.Double[0, 3].Select(std => new InitRule(InitKind.Normal, std)));

    private static readonly Gen<ModelManifest> Manifest =
        Gen.Select(Gen.String[1, 20], Gen.Long[1, 50].Array[0, 4], Init).Array[1, 5].Select(tensors =>
            new ModelManifest(tensors.Select((t, i) => new TensorSpec($"{i}:{Clean(t.Item1)}", [.. t.Item2], t.Item3))));

    private static readonly Gen<StopSpec> Stop =
        from rounds in Gen.Int[1, 1_000_000]
        from target in Gen.Bool.SelectMany(has => has ? Gen.Double[-10, 10].Select(v => (TargetSpec?)new TargetSpec("accuracy", v)) : Gen.Const((TargetSpec?)null))
        from patience in Gen.Int[0, 100]
        from wall in Gen.Double[0, 1e6]
        select new StopSpec { Rounds = rounds, Target = target, Patience = patience, PatienceMetric = "f1", MinDelta = wall / 7, WallSeconds = wall };

    private static readonly Gen<CohortSpec> Cohort =
        Gen.Select(Gen.Bool, Share, Gen.Int[1, 1000], Gen.Int[1, 1000], Gen.Double[1, 10]).Select(
            (byCount, fraction, count, minimum, over) => (byCount ? new CohortSpec { Count = count } : new CohortSpec { Fraction = fraction }) with
            {
                Minimum = minimum,
                OverSelection = over,
                Selection = (SelectionKind)(count % 3),
                MaxWait = minimum % 2 == 0 ? over : null,
            });

    private static readonly Gen<ClientSettings> Client =
        from epochs in Gen.Int[1, 100]
        from batch in Gen.Int[0, 1000]
        from rates in Share.Array[6]
        from extra in Gen.Long.Array[0, 3]
        select new ClientSettings
        {
            Epochs = epochs,
            BatchSize = batch,
            LearningRate = rates[0],
            LearningRateSchedule = (LearningRateSchedule)(batch % 3),
            LearningRateDecay = rates[1],
            ScheduleRounds = epochs,
            LearningRateFloor = rates[0] * rates[4],
            ProximalMu = rates[4],
            MaxGradientNorm = rates[5],
            PersonalLambda = rates[3],
            Momentum = rates[2] / 2,
            WeightDecay = rates[3],
            MaxSteps = batch * 1_000_000_000L,
            MaxSeconds = epochs / 3.0,
            Encoding = (EncodingKind)(epochs % 4),
            TopK = epochs % 4 == (int)EncodingKind.TopK ? rates[5] : 0.01,
            Extra = extra.Select((value, i) => ($"adapter{i}", $"{{\"rank\":{value}}}")).ToImmutableDictionary(e => e.Item1, e => e.Item2),
        };

    private static readonly Gen<StrategySpec> Strategy =
        from optimizer in Gen.OneOf("sgd", "adagrad", "adam", "yogi")
        from rates in Share.Array[4]
        from given in Gen.Bool
        from kind in Gen.OneOf([.. StrategyKinds.All.Select(k => k.Name)])
        from rule in Gen.Int[1, 100].Array[3]
        let own = StrategyKinds.ByName[kind].Fields
        select new StrategySpec
        {
            Kind = kind,
            Q = own.Contains("strategy.q") ? rule[0] / 7.0 : 1,
            Byzantine = own.Contains("strategy.byzantine") ? rule[0] : 0,
            Keep = own.Contains("strategy.keep") ? rule[1] : 0,
            Iterations = own.Contains("strategy.iterations") ? rule[2] : 3,
            Smoothing = own.Contains("strategy.smoothing") ? rates[3] : 1e-6,
            Clients = own.Contains("strategy.clients") ? rule[0] : null,
            ClipNorm = own.Contains("strategy.clipNorm") ? 10 * rates[3] : null,
            Optimizer = optimizer,
            ServerLearningRate = 10 * rates[0],
            ServerMomentum = optimizer == "sgd" ? rates[1] / 2 : 0,
            Beta1 = given && optimizer != "sgd" ? rates[1] / 2 : null,
            Beta2 = given && optimizer is "adam" or "yogi" ? rates[2] / 2 : null,
            Tau = given && optimizer != "sgd" ? rates[3] : null,
        };

    public static readonly Gen<RunSpec> Valid =
        from name in Identifier
        from manifest in Manifest
        from seed in Gen.Long
        from stop in Stop
        from cohort in Cohort
        from client in Client
        from strategy in Strategy
        from share in Share
        from schema in Gen.Byte.Array[32]
        let least = StrategyKinds.RuleOf(strategy).Bounds.Least
        select new RunSpec
        {
            Name = name,
            Seed = seed,
            Model = Model(name, manifest),
            Stop = stop,
            Cohort = cohort with { Minimum = Math.Max(least, cohort.Minimum) },
            Client = manifest.Tensors.Length > 1 && share < 0.5 ? client with { ProximalMu = 0, Momentum = 0, PersonalLambda = 0, LocalTensors = "0:*" } : strategy.Kind == "fednova" ? client with { ProximalMu = 0 } : strategy.Kind == "scaffold" ? client with { ProximalMu = 0, Momentum = 0 } : client,
            Strategy = strategy,
            Closing = new ClosingSpec { MinUpdates = least, MaxUpdates = client.BatchSize == 0 ? 0 : least + client.BatchSize, MinSeconds = share, MaxSeconds = 1 + share },
            Evaluation = new EvaluationSpec { EveryRounds = client.Epochs, Fraction = share, MinReports = client.Epochs, MaxSeconds = 1 + share },
            Bounds = new BoundsSpec { MaxExamples = client.Epochs, MaxNorm = share, MaxControlNorm = strategy.Kind == "scaffold" ? share : 0 },
            DataSchema = schema[0] < 128 ? Convert.ToHexStringLower(schema) : null,
        };

    private static ModelSpec Model(string kind, ModelManifest manifest)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("kind", kind);
            json.WriteNumber("inputs", 7);
            json.WritePropertyName("tensors");
            TensorsJson.Write(json, manifest);
            json.WriteEndObject();
        }

        return new ModelSpec(kind, Encoding.UTF8.GetString(buffer.WrittenSpan), manifest);
    }

    private static string Clean(string text) => new(text.Where(c => !char.IsControl(c) && !char.IsSurrogate(c)).ToArray());
}
