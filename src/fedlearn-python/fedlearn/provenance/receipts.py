"""Verifies receipts and keeps them: `receipts/RUN.jsonl` in the state folder, a line each, with the coordinator's key beside them. Not sealed: to be shown."""
from __future__ import annotations

import os
import pathlib
import re
import threading

from google.protobuf.json_format import MessageToJson

from ..errors import RefusedError
from ..v1 import federation_pb2 as pb
from ..vault import files
from .key import CoordinatorKey
from .statements import is_signed


class ReceiptBook:
    def __init__(self, state: pathlib.Path, client_id: str, key: CoordinatorKey) -> None:
        self._folder, self._client, self._key = state / "receipts", client_id, key
        self._turn = threading.Lock()

    def take(self, receipt: "pb.Receipt", header: "pb.UpdateHeader") -> None:
        """Keeps a receipt, durably. RefusedError where it is for something else or not signed: then the update is not delivered."""
        named, expected = (receipt.client_id, receipt.round, receipt.run_id), (self._client, header.round, header.run_id)
        if named != expected:
            raise RefusedError(f"the receipt is for {named[0]} in round {named[1]} of run {named[2]}; expected {expected[0]}, round {expected[1]}, run {expected[2]}")
        if self._key.key is not None and not is_signed(receipt, self._key.key):
            raise RefusedError(
                f"the receipt of round {receipt.round} is not signed by the coordinator's key {self._key.key.id}; the update is kept, and does not count as delivered")
        with self._turn:
            self._append(receipt)

    def _append(self, receipt: "pb.Receipt") -> None:
        files.create_folder(self._folder)
        if self._key.key is not None:
            beside = self._folder / f"{self._key.key.id[:16]}.key.der"
            if not beside.exists():
                files.replace(beside, self._key.key.der)
        path = self._folder / f"{_name_of(receipt.run_id)}.jsonl"
        line = MessageToJson(receipt, indent=None).encode() + b"\n"
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "a+b") as file:
            length = os.fstat(file.fileno()).st_size
            # A line that a power cut left unfinished stays a line of its own.
            cut = length > 0 and os.pread(file.fileno(), 1, length - 1) != b"\n"
            file.write((b"\n" if cut else b"") + line)
            file.flush()
            os.fsync(file.fileno())


def _name_of(run_id: str) -> str:
    # Of a coordinator that names a run oddly nothing leads out of the folder.
    return run_id if re.fullmatch(r"[A-Za-z0-9_-]{1,150}", run_id) else f"hex.{run_id[:100].encode().hex()}"
