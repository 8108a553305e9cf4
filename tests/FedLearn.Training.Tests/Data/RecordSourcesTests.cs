using FedLearn.Training.Data;
using FedLearn.Training.Data.Digits;

namespace FedLearn.Training.Tests.Data;

public class RecordSourcesTests
{
    [Fact]
    public void Subset_OfASource_IsTheRecordsAtThosePlacesInOrder()
    {
        var all = RecordSources.ReadAll(new DigitsRecordSource(new() { Count = 6 })).Chunk(785).ToArray();
        using var subset = RecordSources.Subset(new DigitsRecordSource(new() { Count = 6 }), [5, 0, 3, 0]);
        Assert.Equal([.. all[0], .. all[3], .. all[5]], RecordSources.ReadAll(subset));
    }

    [Fact]
    public void Subset_BeyondTheSource_SaysHowManyThereAre()
    {
        using var subset = RecordSources.Subset(new DigitsRecordSource(new() { Count = 6 }), [2, 6]);
        var error = Assert.Throws<InvalidDataException>(() => RecordSources.ReadAll(subset));
        Assert.Equal("the source has 6 records; number 6 (from 0) was asked for", error.Message);
    }
}
