"""What the coordinator signs (docs/provenance.md): a line that says the kind, and a JSON object without white space."""
from __future__ import annotations

import hashlib
import json
from typing import Any, Dict, Iterable

from ..v1 import federation_pb2 as pb
from .key import StatementKey

MOST_BYTES = 16 << 10


def statement(kind: str, members: Dict[str, Any]) -> bytes:
    """A statement's bytes."""
    return f"fedlearn/{kind}/1\n".encode() + json.dumps(members, sort_keys=True, separators=(",", ":")).encode()


def parse(data: bytes, kind: str) -> Dict[str, Any]:
    """A statement's members; ValueError where it is none of the kind."""
    first = f"fedlearn/{kind}/1\n".encode()
    if len(data) > MOST_BYTES or not data.startswith(first):
        raise ValueError(f"no statement of the kind {kind}")
    members = json.loads(data[len(first):])
    if not isinstance(members, dict):
        raise ValueError("a statement must be an object")
    return members


def root_of(leaf: bytes, index: int, size: int, path: Iterable[bytes]) -> bytes:
    """The root that an inclusion proof leads to (RFC 9162, section 2.1.3.2); ValueError where it proves nothing."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} of {size}")
    node, fn, sn = hashlib.sha256(b"\0" + leaf).digest(), index, size - 1
    for step in path:
        if sn == 0 or len(step) != 32:
            raise ValueError("the proof is too long")
        if fn & 1 or fn == sn:
            node = hashlib.sha256(b"\1" + step + node).digest()
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            node = hashlib.sha256(b"\1" + node + step).digest()
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise ValueError("the proof is too short")
    return node


def is_signed(receipt: "pb.Receipt", key: StatementKey) -> bool:
    """Whether a receipt is signed by a key."""
    leaf = statement("receipt", {
        "acceptedUnixMs": receipt.accepted_unix_ms, "client": receipt.client_id, "digest": receipt.digest.hex(),
        "examples": receipt.num_examples, "round": receipt.round, "run": receipt.run_id})
    try:
        root = root_of(leaf, receipt.batch_index, receipt.batch_size, receipt.batch_path)
    except ValueError:
        return False
    return key.has_signed(statement("receipts", {"root": root.hex(), "size": receipt.batch_size}), receipt.signature)
