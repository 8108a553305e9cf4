"""The tensors of a model in order, and the one vector that they lie in."""
from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Dict, Mapping, Sequence, Tuple

import numpy as np

from ..errors import RefusedError

# What the manifest's JSON escapes beside control characters and all that is not ASCII: as \\uXXXX with upper-case hex.
_ESCAPED = re.compile(r"[^ -~]|[\"&'+<>`\\]")
_SHORT = {"\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def _quoted(text: str) -> str:
    def escape(found: "re.Match[str]") -> str:
        if found[0] in _SHORT:
            return _SHORT[found[0]]
        units = found[0].encode("utf-16-be")
        return "".join(f"\\u{units[i]:02X}{units[i + 1]:02X}" for i in range(0, len(units), 2))

    return f'"{_ESCAPED.sub(escape, text)}"'


@dataclass(frozen=True)
class TensorShape:
    """A tensor's name and dimensions; none for a scalar."""

    name: str
    shape: Tuple[int, ...]

    @property
    def size(self) -> int:
        return int(np.prod(self.shape, dtype=np.int64))


class Manifest:
    """Named tensors, all float32, row by row, one after the other in one vector."""

    def __init__(self, tensors: Sequence[TensorShape]) -> None:
        self.tensors = tuple(tensors)
        self.size = sum(t.size for t in self.tensors)
        text = ",".join(f'{{"name":{_quoted(t.name)},"dtype":"F32","shape":{json.dumps(t.shape, separators=(",", ":"))}}}' for t in self.tensors)
        self.hash = hashlib.sha256(f"[{text}]".encode()).hexdigest()

    @property
    def byte_length(self) -> int:
        return 4 * self.size

    def split(self, vector: np.ndarray) -> Dict[str, np.ndarray]:
        """The tensors by name: copies, so that a trainer may write to them."""
        arrays, start = {}, 0
        for tensor in self.tensors:
            arrays[tensor.name] = vector[start: start + tensor.size].reshape(tensor.shape).copy()
            start += tensor.size
        return arrays

    def join(self, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
        """The vector of a trainer's tensors. RefusedError for one that is missing, has another shape, or is none of this model's."""
        unknown = sorted(set(arrays) - {t.name for t in self.tensors})
        if unknown:
            raise RefusedError(f"the trainer returned tensors that the model does not have: {', '.join(unknown)}")
        vector, start = np.empty(self.size, dtype="<f4"), 0
        for tensor in self.tensors:
            if tensor.name not in arrays:
                raise RefusedError(f"the trainer returned no tensor '{tensor.name}'")
            values = np.asarray(arrays[tensor.name])
            if values.shape != tensor.shape:
                raise RefusedError(f"the trainer returned '{tensor.name}' of shape {list(values.shape)}; the model's has {list(tensor.shape)}")
            vector[start: start + tensor.size] = values.reshape(-1)
            start += tensor.size
        return vector
