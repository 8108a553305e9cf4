"""What TrainingBenchmark compares with: an epoch of plain SGD on the 784-200-200-10 perceptron or McMahan's CNN, float32, on the CPU.

argv: the number of threads. Each input line is "model batch examples", the model mlp or cnn; each output line is samples per second.
"""
import sys
import time

import torch
from torch import nn

torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(1)
features = torch.rand(10000, 784)
labels = torch.randint(0, 10, (10000,))
models = {
    "mlp": nn.Sequential(nn.Linear(784, 200), nn.ReLU(), nn.Linear(200, 200), nn.ReLU(), nn.Linear(200, 10)),
    "cnn": nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)), nn.Conv2d(1, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(3136, 512), nn.ReLU(), nn.Linear(512, 10)),
}
optimizers = {name: torch.optim.SGD(model.parameters(), lr=0.01) for name, model in models.items()}
loss_of = nn.CrossEntropyLoss()
print("ready", flush=True)

for line in sys.stdin:
    name, batch, examples = line.split()
    model, optimizer, batch, examples = models[name], optimizers[name], int(batch), int(examples)
    start = time.perf_counter()
    order = torch.randperm(examples)
    for chosen in order.split(batch):
        optimizer.zero_grad(set_to_none=True)
        loss_of(model(features[chosen]), labels[chosen]).backward()
        optimizer.step()
    print(examples / (time.perf_counter() - start), flush=True)
