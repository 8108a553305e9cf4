using FedLearn.Testing;
using FedLearn.Training.Data;
using FedLearn.Training.Sgd;
using FedLearn.Training.Tests.Sgd;

namespace FedLearn.Training.Tests;

public class HeartDiseaseTests
{
    private static readonly TableSchema s_schema =
        (TableSchema)DataSchema.Load(Path.Combine(AppContext.BaseDirectory, "heart-disease-schema.json"));

    [Theory]
    [InlineData("cleveland", 199, 104)]
    [InlineData("hungarian", 172, 89)]
    [InlineData("switzerland", 30, 16)]
    [InlineData("va", 85, 45)]
    public void Site_Loaded_HasTheRowsThatFLambyStates(string site, int train, int test)
    {
        var data = Load(site);
        Assert.Equal((train, test, 13, 2), (data.Train.Count, data.Test.Count, data.Train.FeatureCount, data.Train.Classes));
    }

    [Fact]
    public void LogisticRegression_OfFourHospitals_ReachesTheOptimumOfTheUnion()
    {
        var model = Given.Model("""{"kind":"logistic","inputs":13}""");
        DataSet[] sites = [.. HeartDisease.Sites.Select(s => Load(s).Train)];

        var parameters = FederatedAveragingTests.Descend(model, sites, new float[14], rate: 0.5, rounds: 600);

        var loss = sites.Sum(s => s.Count * Evaluator.Run(model, s, parameters, 1, TestContext.Current.CancellationToken).Loss) / sites.Sum(s => s.Count);
        Assert.Equal(0.4866929, loss, 1e-5);
    }

    private static LocalData Load(string site)
    {
        var directory = SharedData.PathOf("heart-disease");
        using var train = HeartDisease.Open(directory, site, s_schema, test: false);
        using var test = HeartDisease.Open(directory, site, s_schema, test: true);
        return DataSet.Load(train, test);
    }
}
