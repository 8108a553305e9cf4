"""Reads and writes safetensors files of float32 tensors, as `fedlearn model get` gives them: named arrays, and nothing that runs."""
from __future__ import annotations

import json
import os
import struct
from typing import Dict, Mapping, Union

import numpy as np

MOST_HEADER = 100 << 20


def load(path: Union[str, "os.PathLike[str]"]) -> Dict[str, np.ndarray]:
    """The tensors of a file by name, in the file's order.

    Raises ValueError for a file that is damaged, or has a tensor that is not float32 (F32)."""
    with open(path, "rb") as file:
        return loads(file.read())


def loads(data: bytes) -> Dict[str, np.ndarray]:
    """As `load`, of a file's bytes."""
    header, body = _split(data)
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            tensors[name] = _tensor(name, entry, body)
    return tensors


def dumps(tensors: Mapping[str, np.ndarray]) -> bytes:
    """The bytes of a file; its data section is the model's vector in the mapping's order."""
    header, chunks, end = {}, [], 0
    for name, values in tensors.items():
        data = np.ascontiguousarray(values, dtype="<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(np.shape(values)), "data_offsets": [end, end + len(data)]}
        chunks.append(data)
        end += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(chunks)


def save(path: Union[str, "os.PathLike[str]"], tensors: Mapping[str, np.ndarray]) -> None:
    """Writes a file."""
    with open(path, "wb") as file:
        file.write(dumps(tensors))


def _split(data: bytes) -> "tuple[dict[str, dict[str, object]], memoryview]":
    if len(data) < 8:
        raise ValueError(f"no safetensors file: {len(data)} bytes, at least 8 are expected")
    (length,) = struct.unpack_from("<Q", data)
    if length > min(MOST_HEADER, len(data) - 8):
        raise ValueError(f"no safetensors file: its header would have {length} bytes, the file has {len(data)}")
    try:
        header = json.loads(data[8: 8 + length])
    except ValueError as fault:
        raise ValueError(f"no safetensors file: its header is no JSON ({fault})") from None
    if not isinstance(header, dict):
        raise ValueError("no safetensors file: its header is no JSON object")
    return header, memoryview(data)[8 + length:]


def _tensor(name: str, entry: object, body: memoryview) -> np.ndarray:
    try:
        dtype, shape, (begin, end) = entry["dtype"], [int(d) for d in entry["shape"]], entry["data_offsets"]  # type: ignore[index]
    except (KeyError, TypeError, ValueError):
        raise ValueError(f"tensor '{name}' must have dtype, shape and data_offsets") from None
    if dtype != "F32":
        raise ValueError(f"tensor '{name}' is {dtype}; F32 is expected")
    expected = 4 * int(np.prod(shape, dtype=np.int64))
    if not (0 <= begin <= end <= len(body)) or end - begin != expected:
        raise ValueError(f"tensor '{name}' of shape {shape} needs {expected} bytes, its offsets are {begin} to {end} of {len(body)}")
    return np.frombuffer(body[begin:end], dtype="<f4").reshape(shape).copy()
