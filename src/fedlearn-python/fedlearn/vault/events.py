"""The append-only record of what happened to a vault: events.jsonl, each line with the Merkle root of those before it (docs/vault-format.md)."""
from __future__ import annotations

import datetime
import hashlib
import json
import pathlib
from typing import List

from . import files
from .versions import VaultVersion


def merkle_root(leaves: List[bytes]) -> bytes:
    """The root of a tree over these entries (RFC 9162, 2.1.1)."""
    if len(leaves) < 2:
        return hashlib.sha256(b"\0" + leaves[0] if leaves else b"").digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + merkle_root(leaves[:split]) + merkle_root(leaves[split:])).digest()


def imported(vault: pathlib.Path, version: VaultVersion) -> None:
    """Writes down that a version is about to become visible. The caller holds import.lock."""
    path = vault / "events.jsonl"
    # What follows the last line end is a line that a crash cut short.
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    at = int(datetime.datetime.fromisoformat(version.created).timestamp() * 1000)
    event = {"at": at, "before": merkle_root(lines).hex(), "kind": "imported", "name": version.name, "version": version.number}
    lines.append(json.dumps(event, separators=(",", ":")).encode())
    files.replace(path, b"".join(line + b"\n" for line in lines))
