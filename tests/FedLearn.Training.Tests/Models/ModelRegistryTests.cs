using FedLearn.Core.Models;
using FedLearn.Training.Models;

namespace FedLearn.Training.Tests.Models;

public class ModelRegistryTests
{
    [Fact]
    public void Perceptron_OfTheIssue_Has199210ParametersInPyTorchsOrder()
    {
        var model = Given.Model("""{"kind":"mlp","inputs":784,"hidden":[200,200],"classes":10,"loss":"cross-entropy"}""");
        Assert.Equal(199_210, model.Manifest.ElementCount);
        Assert.Equal(
            ["layers.0.weight [200,784] He", "layers.0.bias [200] Zeros", "layers.1.weight [200,200] He",
             "layers.1.bias [200] Zeros", "layers.2.weight [10,200] Glorot", "layers.2.bias [10] Zeros"],
            model.Manifest.Tensors.Select(t => $"{t.Name} [{string.Join(',', t.Shape)}] {t.Init.Kind}"));
    }

    [Theory]
    [InlineData("""{"kind":"linear","inputs":13}""", LossKind.MeanSquaredError, 14, 0)]
    [InlineData("""{"kind":"logistic","inputs":13}""", LossKind.BinaryCrossEntropy, 14, 2)]
    [InlineData("""{"kind":"softmax","inputs":784,"classes":10}""", LossKind.CrossEntropy, 7850, 10)]
    public void ModelWithoutHiddenLayer_StartsWithZeros(string json, LossKind loss, long parameters, int classes)
    {
        var model = Given.Model(json);
        Assert.Equal((loss, parameters, classes), (model.Loss, model.Manifest.ElementCount, model.Classes));
        Assert.All(model.Manifest.Tensors, t => Assert.Equal(InitRule.Zeros, t.Init));
    }

    [Theory]
    [InlineData("[]", "model: expected an object such as {\"kind\":\"softmax\",...}, found []")]
    [InlineData("{}", "model.kind: expected a string, found nothing")]
    [InlineData("""{"kind":"cnn"}""", "model.kind: expected one of linear, logistic, mlp, softmax, found \"cnn\"")]
    [InlineData("""{"kind":"linear","inputs":0}""", "model.inputs: expected a whole number from 1 to 1048576, found 0")]
    [InlineData("""{"kind":"linear","inputs":1.5}""", "model.inputs: expected a whole number from 1 to 1048576, found 1.5")]
    [InlineData(
        """{"kind":"softmax","inputs":"784","classes":1}""",
        "model.inputs: expected a whole number from 1 to 1048576, found \"784\"; model.classes: expected a whole number from 2 to 1048576, found 1")]
    [InlineData(
        """{"kind":"mlp","inputs":4,"hidden":[3,-1],"classes":2}""",
        "model.hidden[1]: expected a whole number from 1 to 1048576, found -1")]
    [InlineData("""{"kind":"mlp","inputs":4,"hidden":[],"classes":2}""", "model.hidden: expected an array of 1 to 16 layer sizes, found []")]
    [InlineData(
        """{"kind":"mlp","inputs":4,"hidden":[3],"classes":2,"loss":"hinge"}""",
        "model.loss: expected \"cross-entropy\" or \"mse\", found \"hinge\"")]
    [InlineData("""{"kind":"mlp","inputs":4,"hidden":[3]}""", "model.classes: expected a whole number from 2 to 1048576, found nothing")]
    public void Create_OfAMalformedObject_NamesEveryPlace(string json, string message)
    {
        var result = ModelRegistry.Create(Given.Json(json));
        Assert.Null(result.Definition);
        Assert.Equal(message, result.Message);
    }
}
