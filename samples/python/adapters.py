"""Fine-tunes some tensors of a larger network: low-rank adapters (Hu et al. 2022, LoRA) and a new last layer. The rest stays with each participant, as
everybody has it, and is never sent: the run's tensors are the adapters alone, and the coordinator does not know what they are part of."""
import torch
from digits import Digits
from fedlearn import DataVault, FitResult, KeyFile
from fedlearn.torch import arrays_of, load_arrays, tensors_of
from fedlearn.vault import load_images
from torch import nn
from torch.nn.functional import cross_entropy, relu

RANK, WIDTH = 8, 1000
SENT = ("*.down", "*.up", "head.*")


class Adapted(nn.Module):
    """A layer that stays as it is, plus a product of two thin matrices; `up` starts at zero, so that the sum starts as the layer."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.base = nn.Linear(inputs, outputs).requires_grad_(False)
        self.down = nn.Parameter(torch.randn(RANK, inputs) / inputs**0.5)
        self.up = nn.Parameter(torch.zeros(outputs, RANK))

    def forward(self, x):
        return self.base(x) + x @ self.down.T @ self.up.T


class Network(nn.Module):
    def __init__(self, base=None):
        super().__init__()
        self.first, self.second, self.head = Adapted(784, WIDTH), Adapted(WIDTH, WIDTH), nn.Linear(WIDTH, 10)
        if base is not None:
            self.load_state_dict(torch.load(base), strict=False)

    def forward(self, x):
        return self.head(relu(self.second(relu(self.first(x.flatten(1))))))


class Adapters(Digits):
    kind = "digits-adapters"

    def __init__(self, vault, key, base):
        super().__init__(vault, key)
        self.network = Network(base)

    def model(self, parameters, context):
        load_arrays(self.network, parameters)
        return self.network

    def fit(self, parameters, context):
        result = super().fit(parameters, context)
        return FitResult(arrays_of(self.network, SENT), result.num_examples, result.steps, result.metrics)


def make_base(vault, key, path, epochs=1):
    """What a participant could have downloaded: a network trained on other data, here the digits 0 to 4 alone; all but adapters and last layer is saved."""
    torch.manual_seed(1)
    with DataVault(vault, KeyFile(key)) as data:
        images, labels = [torch.from_numpy(a) for a in load_images(data)]
    images, labels, network = images[labels < 5], labels[labels < 5], Network().requires_grad_(True)
    sgd = torch.optim.SGD(network.parameters(), 0.1)
    for _ in range(epochs):
        for batch in torch.randperm(len(labels)).split(32):
            sgd.zero_grad()
            cross_entropy(network(images[batch]), labels[batch]).backward()
            sgd.step()
    torch.save({name: values for name, values in network.state_dict().items() if ".base." in name}, path)


def spec():
    """The run: `python3 -c 'import adapters, json; print(json.dumps(adapters.spec()))' > adapters.json`."""
    torch.manual_seed(1)
    start = {"down": {"kind": "normal", "std": 0.03}, "weight": {"kind": "glorot"}}
    tensors = [{**tensor, "init": start.get(tensor["name"].split(".")[-1], {"kind": "zeros"})} for tensor in tensors_of(Network(), SENT)]
    return {"name": "adapters", "model": {"kind": "digits-adapters", "tensors": tensors}, "stop": {"rounds": 4}, "cohort": {"minimum": 2},
            "client": {"batchSize": 32, "learningRate": 0.1}}
