"""A PyTorch classifier of digits on an encrypted vault. It takes the tensors of the built-in kind mlp, so that C# workers train the same run."""
import torch
from fedlearn import Context, DataVault, EvaluationResult, FitResult, KeyFile, Trainer
from fedlearn.torch import arrays_of, load_arrays
from fedlearn.vault import load_images
from torch import nn
from torch.nn.functional import cross_entropy, relu


class Perceptron(nn.Module):
    def __init__(self, inputs, hidden, classes):
        super().__init__()
        sizes = [inputs, *hidden, classes]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = relu(layer(x))
        return self.layers[-1](x)


class Digits(Trainer):
    kind = "mlp"

    def __init__(self, vault, key):
        with DataVault(vault, KeyFile(key)) as data:
            self.train, self.test = [[torch.from_numpy(a) for a in load_images(data, part)] for part in ("train", "test")]
        self.training_examples = len(self.train[1])

    def model(self, parameters, context):
        model = Perceptron(*(context.run.model[name] for name in ("inputs", "hidden", "classes")))
        load_arrays(model, parameters)
        return model

    def fit(self, parameters, context: Context):
        model, losses, random = self.model(parameters, context), [], context.random()
        sgd = torch.optim.SGD(model.parameters(), context.learning_rate)
        images, labels = self.train
        for _ in range(context.settings.epochs):
            for batch in torch.from_numpy(random.permutation(len(labels))).split(context.settings.batch_size):
                context.check()
                loss = cross_entropy(model(images[batch].flatten(1)), labels[batch])
                sgd.zero_grad()
                loss.backward()
                sgd.step()
                losses.append(loss.item())
        return FitResult(arrays_of(model), len(labels), len(losses), {"loss": sum(losses) / len(losses)})

    def evaluate(self, parameters, context):
        images, labels = self.test
        with torch.no_grad():
            scores = self.model(parameters, context)(images.flatten(1))
        right = (scores.argmax(1) == labels).float().mean().item()
        return EvaluationResult(len(labels), {"loss": cross_entropy(scores, labels).item(), "accuracy": right})
