using CsCheck;
using FedLearn.Core.Models;
using FedLearn.Core.Specs;

namespace FedLearn.Core.Tests.Specs;

public class RunSpecParserTests
{
    private const string Tensors = """[{"name":"w","shape":[2,3],"init":{"kind":"glorot"}},{"name":"b","shape":[2]}]""";

    private static string Spec(string members) => $$"""{"name":"a","model":{"kind":"mine","tensors":{{Tensors}} },{{members}} }""";

    private static string[] Mistakes(string json)
    {
        var result = RunSpecParser.Parse(json);
        Assert.Equal(result.Spec is null, result.Mistakes.Length > 0);
        return [.. result.Mistakes.Select(m => m.ToString())];
    }

    private static void AssertOneMistake(string json, string path, params string[] words)
    {
        var mistake = Assert.Single(RunSpecParser.Parse(json).Mistakes);
        Assert.Equal(path, mistake.Path);
        Assert.All(words, word => Assert.Contains(word, mistake.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Parse_OnlyWhatIsRequired_GivesTheDefaults()
    {
        var spec = RunSpecParser.Parse(Spec("")).Spec!;

        Assert.Equal("mine", spec.Model.Kind);
        Assert.Equal(8, spec.Model.Manifest.ElementCount);
        Assert.Equal(InitRule.Zeros, spec.Model.Manifest.Tensors[1].Init);
        Assert.Equal(new StopSpec(), spec.Stop);
        Assert.Equal(new CohortSpec(), spec.Cohort);
        Assert.Equal(new ClosingSpec(), spec.Closing);
        Assert.Equal(new ClientSettings(), spec.Client);
        Assert.Equal(new EvaluationSpec(), spec.Evaluation);
        Assert.Equal(new BoundsSpec(), spec.Bounds);
        Assert.Null(spec.DataSchema);
    }

    [Fact]
    public void Parse_CommentsAndTrailingCommas_AreAllowed() =>
        Assert.Equal(3, RunSpecParser.Parse(Spec("/* three */ \"stop\": {\"rounds\": 3, }, // rounds\n")).Spec!.Stop.Rounds);

    [Fact]
    public void Parse_FiveMistakes_ReportsAllWithTheirPaths()
    {
        var mistakes = Mistakes(
            """
            {
              "name": "Not A Name",
              "model": { "kind": "mlp" },
              "stop": { "rounds": 0, "target": {} },
              "client": { "batchSize": "ten", "batchSise": 3 },
              "cohrt": { "count": 3 },
            }
            """);

        Assert.Equal(
            [
                "name: expected text: 1 to 63 characters of a-z, 0-9 and -, got \"Not A Name\"",
                "stop.rounds: expected an integer from 1 to 1,000,000, got 0",
                "client.batchSize: expected an integer from 0 to 1,000,000,000 (0 = the whole set), got \"ten\"",
                "client.batchSise: unknown field; did you mean client.batchSize?",
                "cohrt: unknown field; did you mean cohort?",
            ],
            mistakes[..5]);
        Assert.Contains(mistakes, m => m.StartsWith("model.tensors: is missing; expected a list", StringComparison.Ordinal) && m.Contains("run create", StringComparison.Ordinal));
        Assert.Contains("stop.target.value: is missing; expected a number that is finite", mistakes);
        Assert.Equal(7, mistakes.Length);
    }

    [Theory]
    [InlineData("\"cohort\":{\"fraction\":0.5,\"count\":2}", "cohort.count", "cohort.fraction")]
    [InlineData("\"cohort\":{\"count\":2},\"closing\":{\"minUpdates\":3}", "closing.minUpdates", "2")]
    [InlineData("\"closing\":{\"minUpdates\":3,\"maxUpdates\":2}", "closing.maxUpdates", "at least closing.minUpdates (3)")]
    [InlineData("\"closing\":{\"minSeconds\":3,\"maxSeconds\":2}", "closing.minSeconds", "at most closing.maxSeconds (2)")]
    [InlineData("\"evaluation\":{\"everyRounds\":0},\"stop\":{\"patience\":2}", "stop.patience", "everyRounds")]
    [InlineData("\"evaluation\":{\"everyRounds\":0},\"stop\":{\"target\":{\"value\":2}}", "stop.target", "everyRounds")]
    [InlineData("\"client\":{\"momentum\":1}", "client.momentum", "of at least 0 and below 1")]
    [InlineData("\"client\":{\"epochs\":1.5}", "client.epochs", "an integer")]
    [InlineData("\"client\":{\"epochs\":1,\"epochs\":2}", "client.epochs", "twice")]
    [InlineData("\"client\":{\"learningRateSchedule\":\"linear\"}", "client.learningRateSchedule", "one of exponential, step, cosine")]
    [InlineData("\"client\":{\"learningRate\":0.1,\"learningRateFloor\":0.2}", "client.learningRateFloor", "at most client.learningRate (0.1)")]
    [InlineData("\"client\":{\"proximalMu\":-1}", "client.proximalMu", "of at least 0")]
    [InlineData("\"client\":[]", "client", "an object")]
    [InlineData("\"client\":{\"learningRate\":1e999}", "client.learningRate", "a number")]
    [InlineData("\"dataSchema\":\"ABC\"", "dataSchema", "64 lower-case hex digits")]
    [InlineData("\"strategy\":{\"kind\":\"fedsgd\"}", "strategy.kind", "fedavg")]
    [InlineData("\"strategy\":{\"optimizer\":\"adagard\"}", "strategy.optimizer", "sgd, adagrad, adam, yogi")]
    [InlineData("\"strategy\":{\"optimizer\":\"yogi\",\"serverMomentum\":0.9}", "strategy.serverMomentum", "one of: sgd")]
    [InlineData("\"strategy\":{\"optimizer\":\"adagrad\",\"beta2\":0.9}", "strategy.beta2", "one of: adam, yogi")]
    [InlineData("\"strategy\":{\"tau\":0.1}", "strategy.tau", "one of: adagrad, adam, yogi")]
    [InlineData("\"strategy\":{\"optimizer\":\"adam\",\"beta1\":1}", "strategy.beta1", "of at least 0 and below 1")]
    [InlineData("\"strategy\":{\"byzantine\":1}", "strategy.byzantine", "means nothing to strategy.kind fedavg; it belongs to median, trimmedMean, krum, multiKrum, bulyan, geometricMedian")]
    [InlineData("\"strategy\":{\"kind\":\"normClipping\"}", "strategy.clipNorm", "is missing; expected a number above 0")]
    [InlineData("\"strategy\":{\"kind\":\"krum\",\"byzantine\":2},\"closing\":{\"minUpdates\":6}", "closing.minUpdates", "strategy.kind krum needs at least 7 updates (2 * byzantine + 3), got 6")]
    [InlineData("\"strategy\":{\"kind\":\"bulyan\",\"byzantine\":1}", "closing.minUpdates", "strategy.kind bulyan needs at least 7 updates (4 * byzantine + 3), got 1")]
    [InlineData("\"strategy\":{\"kind\":\"krum\"},\"closing\":{\"minUpdates\":3},\"cohort\":{\"count\":1001}", "cohort.count", "strategy.kind krum takes at most 1,000 updates, got 1,001")]
    [InlineData("\"strategy\":{\"kind\":\"fedavg\",\"q\":1}", "strategy.q", "qfedavg")]
    [InlineData("\"strategy\":{\"kind\":\"fednova\"},\"client\":{\"momentum\":0.9,\"proximalMu\":1}", "client.proximalMu", "not with both")]
    [InlineData("\"strategy\":{\"kind\":\"qfedavg\"},\"client\":{\"learningRate\":0}", "client.learningRate", "above 0")]
    [InlineData("\"strategy\":{\"kind\":\"scaffold\"}", "strategy.clients", "is missing")]
    [InlineData("\"strategy\":{\"kind\":\"scaffold\",\"clients\":3},\"closing\":{\"minUpdates\":4}", "closing.minUpdates", "at most strategy.clients (3), got 4")]
    [InlineData("\"strategy\":{\"kind\":\"scaffold\",\"clients\":3},\"client\":{\"momentum\":0.9}", "client.momentum", "plain SGD")]
    [InlineData("\"strategy\":{\"kind\":\"scaffold\",\"clients\":3},\"client\":{\"proximalMu\":1}", "client.proximalMu", "plain SGD")]
    [InlineData("\"strategy\":{\"kind\":\"scaffold\",\"clients\":3},\"client\":{\"learningRate\":0}", "client.learningRate", "divides by the learning rate")]
    [InlineData("\"strategy\":{\"kind\":\"scaffold\",\"clients\":3},\"client\":{\"learningRateSchedule\":\"cosine\"}", "client.learningRateFloor", "above 0")]
    [InlineData("\"client\":{\"localTensors\":\"none.*\"}", "client.localTensors", "'none.*' fits no tensor of the model; its tensors are")]
    [InlineData("\"client\":{\"localTensors\":\"*\"}", "client.localTensors", "leave at least one out")]
    [InlineData("\"client\":{\"localTensors\":\"a,,b\"}", "client.localTensors", "patterns of 1 to 200 characters between commas")]
    [InlineData("\"client\":{\"personalLambda\":1001}", "client.personalLambda", "from 0 to 1,000")]
    [InlineData("\"client\":{\"personalLambda\":1,\"localTensors\":\"b\"}", "client.personalLambda", "cannot stand together with client.localTensors")]
    [InlineData("\"client\":{\"personalLambda\":9,\"learningRate\":0.25}", "client.personalLambda", "at most 2 / client.learningRate (8), got 9")]
    [InlineData("\"bounds\":{\"maxControlNorm\":1}", "bounds.maxControlNorm", "scaffold")]
    [InlineData("\"seed\":9223372036854775808", "seed", "of 64 bits")]
    public void Parse_OneMistake_NamesPathAndExpectation(string members, string path, string words) => AssertOneMistake(Spec(members), path, words);

    [Theory]
    [InlineData("[]", "model.tensors", "1 to 10,000")]
    [InlineData("7", "model.tensors", "got 7")]
    [InlineData("[{\"name\":\"\",\"shape\":[]}]", "model.tensors[0].name", "1 to 200")]
    [InlineData("[{\"name\":\"a\"}]", "model.tensors[0].shape", "got nothing")]
    [InlineData("[{\"name\":\"a\",\"shape\":[1,0]}]", "model.tensors[0].shape[1]", "got 0")]
    [InlineData("[{\"name\":\"a\",\"shape\":[1099511627776,1099511627776,1099511627776,1099511627776]}]", "model.tensors[0].shape", "elements")]
    [InlineData("[{\"name\":\"a\",\"shape\":[1099511627776]},{\"name\":\"b\",\"shape\":[1]}]", "model.tensors", "elements in all")]
    [InlineData("[{\"name\":\"a\",\"shape\":[]},{\"name\":\"a\",\"shape\":[]}]", "model.tensors[1].name", "twice")]
    [InlineData("[{\"name\":\"a\",\"shape\":[],\"init\":{\"kind\":\"xavier\"}}]", "model.tensors[0].init.kind", "zeros, he, glorot, normal")]
    [InlineData("[{\"name\":\"a\",\"shape\":[],\"init\":{\"kind\":\"normal\"}}]", "model.tensors[0].init.std", "got nothing")]
    [InlineData("[{\"name\":\"a\",\"shape\":[],\"init\":{\"kind\":\"he\",\"std\":1}}]", "model.tensors[0].init.std", "normal only")]
    [InlineData("[{\"name\":\"a\",\"shape\":[],\"dtype\":\"F16\"}]", "model.tensors[0].dtype", "unknown field")]
    public void Parse_BadTensors_NamesPathAndExpectation(string tensors, string path, string words) =>
        AssertOneMistake($$"""{"name":"a","model":{"kind":"mine","tensors":{{tensors}} } }""", path, words);

    [Theory]
    [InlineData("", "not JSON at line 1")]
    [InlineData("{\n  \"name\": }", "not JSON at line 2")]
    [InlineData("[]", "expected an object")]
    [InlineData("""{"name":"\ud800"}""", "not valid Unicode")]
    public void Parse_NotADocument_SaysWhere(string json, string words) => AssertOneMistake(json, "", words);

    [Fact]
    public void Parse_TooDeepOrTooLong_IsRefused()
    {
        AssertOneMistake(new string('[', 100), "", "not JSON");
        AssertOneMistake(new string(' ', RunSpecParser.MaxBytes + 1), "", "at most");
    }

    [Fact]
    public void Parse_UnknownClientSetting_ReachesTheTrainer()
    {
        var spec = RunSpecParser.Parse(Spec("\"client\": {\"adapter\": { \"rank\": 8 }}")).Spec!;

        Assert.Equal("{\"rank\":8}", spec.Client.Extra["adapter"]);
    }

    [Theory]
    [InlineData("fedavg", false)]
    [InlineData("fednova", false)]
    [InlineData("qfedavg", true)]
    public void Parse_Strategy_AsksTrainersForTheBaseLossWhereItNeedsIt(string kind, bool asks) =>
        Assert.Equal(asks, RunSpecParser.Parse(Spec($"\"strategy\": {{\"kind\":\"{kind}\"}}")).Spec!.Client.ReportBaseLoss);

    [Fact]
    public void Parse_Null_IsAsIfAbsent() =>
        Assert.Equal(2, RunSpecParser.Parse(Spec("\"cohort\":{\"fraction\":null,\"count\":2},\"stop\":{\"target\":null}")).Spec!.Cohort.Count);

    [Fact]
    public void Parse_AnyValueOutsideOfBounds_IsAMistakeOfThatField() =>
        Gen.Select(Gen.OneOf([.. SpecFields.All.Where(f => f.Path != "seed")]), Gen.OneOf("true", "[1]", "-1e308", "{}")).Sample((field, value) =>
        {
            var members = field.Group.Split('.', StringSplitOptions.RemoveEmptyEntries).Append(field.Name).Reverse().Aggregate(value, (inner, name) => $"{{\"{name}\":{inner}}}");
            // -1e308 is a fine target.
            var accepted = field.Path == "stop.target.value" && value == "-1e308";
            Assert.Equal(!accepted, RunSpecParser.Parse(members).Mistakes.Any(m => m.Path == field.Path && m.Message.StartsWith("expected", StringComparison.Ordinal)));
        });

    [Fact]
    public void WriteThenParse_AnyValidSpec_GivesTheSame() =>
        SpecGen.Valid.Sample(spec =>
        {
            var result = RunSpecParser.Parse(RunSpecWriter.Write(spec));
            Assert.Equal("", result.MistakesText);
            var read = result.Spec!;

            Assert.All(SpecFields.All, field => Assert.Equal(field.ValueOf(spec), field.ValueOf(read)));
            Assert.Equal(spec.Client.Extra.OrderBy(e => e.Key), read.Client.Extra.OrderBy(e => e.Key));
            Assert.Equal(spec.Model.Json, read.Model.Json);
            Assert.Equal(spec.Model.Manifest.Hash, read.Model.Manifest.Hash);
            Assert.Equal(spec.Model.Manifest.Tensors.Select(t => t.Init), read.Model.Manifest.Tensors.Select(t => t.Init));
            Assert.Equal(RunSpecWriter.Write(spec), RunSpecWriter.Write(read));
        });

    [Fact]
    public void Parse_AnyDamagedSpec_NeverThrows() =>
        Gen.Select(SpecGen.Valid, Gen.Int[0, 10_000], Gen.Char).Sample((spec, at, c) =>
        {
            var json = RunSpecWriter.Write(spec).ToCharArray();
            json[at % json.Length] = c;
            var result = RunSpecParser.Parse(new string(json));
            Assert.Equal(result.Spec is null, result.Mistakes.Length > 0);
        });
}
