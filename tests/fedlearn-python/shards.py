"""Shards of MNIST, sealed by Python into vaults that C# and Python workers train on."""
from __future__ import annotations

import gzip
import pathlib
from typing import Iterator, Tuple

import numpy as np
from fedlearn import DataVault, KeyFile
from fedlearn.vault.images import image_schema


def mnist(folder: pathlib.Path, part: str) -> Tuple[np.ndarray, np.ndarray]:
    """Pixels [count, 784] and labels of the `train` or `t10k` files."""
    with gzip.open(folder / "mnist" / f"{part}-images-idx3-ubyte.gz") as file:
        pixels = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784)
    with gzip.open(folder / "mnist" / f"{part}-labels-idx1-ubyte.gz") as file:
        return pixels, np.frombuffer(file.read(), np.uint8, offset=8)


def seal(vault: pathlib.Path, pixels: np.ndarray, labels: np.ndarray, test_fraction: float = 0.0) -> pathlib.Path:
    """A vault of these images; its key lies beside it, VAULT.key."""
    def records() -> Iterator[bytes]:
        for label, image in zip(labels, pixels):
            yield bytes([int(label)]) + image.tobytes()

    with DataVault(vault, KeyFile(f"{vault}.key"), create=True) as opened:
        opened.write(image_schema(28, 28, 10), 785, records(), test_fraction=test_fraction)
    return vault
