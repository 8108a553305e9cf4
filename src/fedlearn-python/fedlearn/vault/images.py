"""Images with a class each, as `fedlearn data import --idx-images` seals them."""
from __future__ import annotations

import json
from typing import Tuple

import numpy as np

from ..errors import VaultError
from .vault import DataVault, Selector


def image_schema(height: int, width: int, classes: int) -> bytes:
    """The canonical schema of grey images: members in alphabetical order, no white space."""
    return json.dumps({"classes": classes, "height": height, "kind": "images", "width": width}, separators=(",", ":")).encode()


def load_images(vault: DataVault, part: str = "train", version: Selector = None) -> Tuple[np.ndarray, np.ndarray]:
    """Pixels from 0 to 1, float32 [count, height, width], and labels, int64 [count]."""
    schema = vault.schema(version)
    if schema.get("kind") != "images":
        raise VaultError(f"the vault holds data of kind '{schema.get('kind')}'; images are expected")
    height, width = int(schema["height"]), int(schema["width"])
    records = np.frombuffer(vault.read(part, version), dtype=np.uint8).reshape(-1, 1 + height * width)
    return (records[:, 1:].astype(np.float32) / np.float32(255)).reshape(-1, height, width), records[:, 0].astype(np.int64)
