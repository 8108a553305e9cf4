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

    [Fact]
    public void ConvolutionalNetwork_OfMcMahan_Has1663370ParametersInPyTorchsLayouts()
    {
        var model = Given.Model("""{"kind":"cnn","height":28,"width":28,"filters":[32,64],"hidden":[512],"classes":10}""");
        Assert.Equal((1_663_370, 784, 10), (model.Manifest.ElementCount, model.Inputs, model.Classes));
        Assert.Equal(
            ["conv1.weight [32,1,5,5] He", "conv1.bias [32] Zeros", "conv2.weight [64,32,5,5] He", "conv2.bias [64] Zeros",
             "fc1.weight [512,3136] He", "fc1.bias [512] Zeros", "fc2.weight [10,512] Glorot", "fc2.bias [10] Zeros"],
            model.Manifest.Tensors.Select(t => $"{t.Name} [{string.Join(',', t.Shape)}] {t.Init.Kind}"));
    }

    [Fact]
    public void NextCharacterModel_OfTwoLayers_HasPyTorchsTensors()
    {
        var model = Given.Model("""{"kind":"lstm","length":80,"classes":65,"hidden":256,"layers":2}""");
        Assert.Equal((80, 65), (model.Inputs, model.Classes));
        Assert.Equal(
            ["embedding.weight [65,8] Normal", "lstm.weight_ih_l0 [1024,8] Glorot", "lstm.weight_hh_l0 [1024,256] Glorot",
             "lstm.bias_ih_l0 [1024] Zeros", "lstm.bias_hh_l0 [1024] Zeros", "lstm.weight_ih_l1 [1024,256] Glorot",
             "lstm.weight_hh_l1 [1024,256] Glorot", "lstm.bias_ih_l1 [1024] Zeros", "lstm.bias_hh_l1 [1024] Zeros",
             "fc.weight [65,256] Glorot", "fc.bias [65] Zeros"],
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
    [InlineData("""{"kind":"tree"}""", "model.kind: expected one of cnn, linear, logistic, lstm, mlp, softmax, found \"tree\"")]
    [InlineData(
        """{"kind":"cnn","height":0,"width":5000,"channels":0,"filters":[1,5000],"kernel":4,"classes":1}""",
        "model.height: expected a whole number from 1 to 4096, found 0; model.width: expected a whole number from 1 to 4096, found 5000; "
        + "model.channels: expected a whole number from 1 to 4096, found 0; model.filters[1]: expected a whole number from 1 to 4096, found 5000; "
        + "model.hidden: expected an array of 0 to 16 layer sizes, found nothing; model.classes: expected a whole number from 2 to 1048576, found 1; "
        + "model.kernel: expected an odd number, so that the output has the input's size, found 4")]
    [InlineData(
        """{"kind":"lstm","length":0,"classes":300,"layers":5}""",
        "model.length: expected a whole number from 1 to 1024, found 0; model.classes: expected a whole number from 2 to 256, found 300; "
        + "model.hidden: expected a whole number from 1 to 4096, found nothing; model.layers: expected a whole number from 1 to 4, found 5")]
    [InlineData(
        """{"kind":"lstm","length":1024,"classes":2,"hidden":4096}""",
        "model.hidden: expected at most 2097152 for length times hidden, found 4194304")]
    [InlineData(
        """{"kind":"cnn","height":7,"width":28,"filters":[2,2,2],"hidden":[],"classes":2}""",
        "model.filters: expected so few that an image of 7 x 28 is left after halving it once for each, found 3")]
    [InlineData(
        """{"kind":"cnn","height":4096,"width":4096,"filters":[1],"kernel":1,"hidden":[],"classes":2}""",
        "model.filters[0]: expected at most 8388608 values in the layer, found 536870912")]
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
