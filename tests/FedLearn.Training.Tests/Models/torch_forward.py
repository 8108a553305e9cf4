"""Runs a model written with PyTorch's own layers on given parameters; prints the outputs, one example a line.

argv: the folder of parameters.bin and features.bin (little-endian float32); then cnn (McMahan's), or lstm with its length, alphabet, embedding,
hidden units and layers. stdin: one line "name dimension..." per tensor, in order.
"""
import sys

import numpy
import torch
from torch import nn
from torch.nn.functional import max_pool2d, relu


class Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 5, padding="same")
        self.conv2 = nn.Conv2d(32, 64, 5, padding="same")
        self.fc1 = nn.Linear(3136, 512)
        self.fc2 = nn.Linear(512, 10)

    def forward(self, x):
        x = x.reshape(-1, 1, 28, 28)
        x = max_pool2d(relu(self.conv1(x)), 2)
        x = max_pool2d(relu(self.conv2(x)), 2)
        return self.fc2(relu(self.fc1(x.flatten(1))))


class Lstm(nn.Module):
    def __init__(self, length, alphabet, embedding, hidden, layers):
        super().__init__()
        self.length = length
        self.embedding = nn.Embedding(alphabet, embedding)
        self.lstm = nn.LSTM(embedding, hidden, num_layers=layers, batch_first=True)
        self.fc = nn.Linear(hidden, alphabet)

    def forward(self, x):
        states, _ = self.lstm(self.embedding(x.reshape(-1, self.length).long()))
        return self.fc(states[:, -1])


def floats(name):
    return torch.from_numpy(numpy.fromfile(f"{sys.argv[1]}/{name}", dtype="<f4"))


vector, at, state = floats("parameters.bin"), 0, {}
for line in sys.stdin:
    name, *shape = line.split()
    shape = [int(dimension) for dimension in shape]
    count = int(numpy.prod(shape))
    state[name] = vector[at:at + count].reshape(shape)
    at += count
assert at == len(vector)
model = Cnn() if sys.argv[2] == "cnn" else Lstm(*map(int, sys.argv[3:]))
model.load_state_dict(state)
with torch.no_grad():
    for row in model(floats("features.bin")).tolist():
        print(*row)
