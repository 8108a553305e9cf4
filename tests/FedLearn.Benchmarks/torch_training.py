"""What TrainingBenchmark compares with: an epoch of plain SGD on the 784-200-200-10 perceptron, float32, on the CPU.

argv: the number of threads. Each input line is "batch examples"; each output line is samples per second.
"""
import sys
import time

import torch
from torch import nn

torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(1)
features = torch.rand(10000, 784)
labels = torch.randint(0, 10, (10000,))
model = nn.Sequential(nn.Linear(784, 200), nn.ReLU(), nn.Linear(200, 200), nn.ReLU(), nn.Linear(200, 10))
optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
loss_of = nn.CrossEntropyLoss()
print("ready", flush=True)

for line in sys.stdin:
    batch, examples = map(int, line.split())
    start = time.perf_counter()
    order = torch.randperm(examples)
    for chosen in order.split(batch):
        optimizer.zero_grad(set_to_none=True)
        loss_of(model(features[chosen]), labels[chosen]).backward()
        optimizer.step()
    print(examples / (time.perf_counter() - start), flush=True)
