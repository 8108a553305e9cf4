"""How a delta's values become bytes (docs/encodings.md): f32, bf16, int8 and topk, block by block."""
from __future__ import annotations

import hashlib
import math
from typing import Callable, Dict, Iterator, Optional, Tuple

import numpy as np

BLOCK = 262_144
GROUP = 1_024
LARGEST = 127

Noise = Optional[np.random.Generator]


def noise_for(seed: int, round_number: int, client_id: str) -> np.random.Generator:
    """What random rounding is drawn from: the same update, made again, has the same bytes."""
    digest = hashlib.sha256(f"fedlearn rounding\0{seed}\0{round_number}\0{client_id}".encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "little")))


def _f32(block: np.ndarray, noise: Noise) -> bytes:
    return block.astype("<f4", copy=False).tobytes()


def _bf16(block: np.ndarray, noise: Noise) -> bytes:
    bits = block.astype("<f4", copy=False).view("<u4")
    rounded = (bits + (np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1)))) >> np.uint32(16)
    if np.any((rounded & 0x7F80) == 0x7F80):
        raise OverflowError("a value is too large for bf16")
    return rounded.astype("<u2").tobytes()


def _int8(block: np.ndarray, noise: Noise) -> bytes:
    assert noise is not None
    return b"".join(_int8_group(block[i: i + GROUP], noise) for i in range(0, len(block), GROUP))


def _int8_group(group: np.ndarray, noise: np.random.Generator) -> bytes:
    largest = np.float32(np.max(np.abs(group)))
    scale = np.float32(largest / np.float32(LARGEST))
    if float(scale) * LARGEST < float(largest):
        scale = np.nextafter(scale, np.float32(np.inf))
    steps = group.astype(np.float64) / float(scale) if scale > 0 else np.zeros(len(group))
    rounded = np.clip(np.floor(steps + noise.random(len(group))), -LARGEST, LARGEST)
    return np.float32(scale).astype("<f4").tobytes() + rounded.astype(np.int8).tobytes()


def _topk(share: float) -> "Callable[[np.ndarray, Noise], bytes]":
    def encode(block: np.ndarray, noise: Noise) -> bytes:
        count = math.ceil(share * len(block))
        # Stable: of equal magnitudes those with the lower place.
        places = np.sort(np.argsort(-np.abs(block), kind="stable")[:count])
        entries = np.empty(count, dtype=[("place", "<u4"), ("value", "<f4")])
        entries["place"], entries["value"] = places, block[places]
        return entries.tobytes()

    return encode


_ENCODERS: Dict[str, "Callable[[np.ndarray, Noise], bytes]"] = {"f32": _f32, "bf16": _bf16, "int8": _int8}
NAMES = ("f32", "bf16", "int8", "topk")


def encode(values: np.ndarray, encoding: str, noise: Noise = None, top_k: float = 0.01) -> Iterator[bytes]:
    """The encoded blocks of a vector of finite float32 values. OverflowError where a value does not fit the encoding."""
    encoder = _topk(top_k) if encoding == "topk" else _ENCODERS[encoding]
    for start in range(0, len(values), BLOCK):
        yield encoder(values[start: start + BLOCK], noise)


def byte_length(count: int, encoding: str, top_k: float = 0.01) -> int:
    """How many bytes a vector of so many values takes."""
    blocks: Tuple[int, int] = divmod(count, BLOCK)

    def of(length: int) -> int:
        if encoding == "topk":
            return 8 * math.ceil(top_k * length)
        return {"f32": 4 * length, "bf16": 2 * length, "int8": length + 4 * -(-length // GROUP)}[encoding]

    return blocks[0] * of(BLOCK) + of(blocks[1])


def decode_topk(data: bytes, length: int) -> np.ndarray:
    """The values that one block's entries stand for."""
    entries = np.frombuffer(data, dtype=[("place", "<u4"), ("value", "<f4")])
    values = np.zeros(length, dtype="<f4")
    values[entries["place"]] = entries["value"]
    return values
