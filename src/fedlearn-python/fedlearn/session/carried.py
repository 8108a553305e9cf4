"""Vectors that a client carries from round to round, sealed: for each update one of what holds once that update counts. Which one does is the
coordinator's word (GetRound), so nothing depends on when the worker was killed or which of its answers were lost."""
from __future__ import annotations

import logging
import re
from typing import Callable, Iterable, List, NamedTuple, Optional

import grpc
import numpy as np

from ..errors import VaultError
from ..transport.caller import Caller
from ..transport.faults import CallFailed
from ..v1 import federation_pb2 as pb
from ..vault.store import SealedStore

log = logging.getLogger("fedlearn")
_DIGEST = 32


class CarriedKey(NamedTuple):
    round: int
    attempt: int
    run_id: str


class Carried:
    """Vectors of one kind: files `KIND.ROUND.ATTEMPT.HEX(run)`, the float32 values and the update's digest."""

    def __init__(self, store: SealedStore, kind: str, caller: Caller) -> None:
        self._store, self._kind, self._caller = store, kind, caller
        self._pattern = re.compile(rf"{kind}\.(\d+)\.(\d+)\.((?:[0-9a-f]{{2}})+)")

    def keep(self, run_id: str, round_number: int, values: np.ndarray, update_digest: bytes) -> None:
        """Keeps, durably, what holds once a round's update counts."""
        attempts = [k.attempt + 1 for k in self._list() if (k.run_id, k.round) == (run_id, round_number)]
        self._store.write(self._name(CarriedKey(round_number, max(attempts, default=0), run_id)), values.astype("<f4", copy=False).tobytes() + update_digest)

    def find(self, run_id: str, round_number: int, count: int, should_stop: Callable[[], bool]) -> Optional[np.ndarray]:
        """What holds before a round: of the last round that was published with this client's update in it. None where nothing does, or it cannot be read."""
        holding: Optional[CarriedKey] = None
        for key in sorted((k for k in self._list() if k.run_id == run_id and k.round < round_number), reverse=True):
            counts = self._counts(key, should_stop) if holding is None else False
            if counts:
                holding = key
            elif counts is not None:
                self._store.delete(self._name(key))
        return None if holding is None else self._load(holding, count)

    def forget(self, run_id: str) -> None:
        """Forgets the vectors of a run."""
        self._delete(k for k in self._list() if k.run_id == run_id)

    def keep_only(self, run_ids: Iterable[str]) -> None:
        """Forgets the vectors of all runs but these."""
        kept = set(run_ids)
        self._delete(k for k in self._list() if k.run_id not in kept)

    def _load(self, key: CarriedKey, count: int) -> Optional[np.ndarray]:
        try:
            content = self._store.read(self._name(key)) or b""
            if len(content) != 4 * count + _DIGEST:
                raise VaultError(f"it has {len(content)} bytes; {4 * count + _DIGEST} are expected")
            return np.frombuffer(content, dtype="<f4", count=count)
        except VaultError as damage:
            log.warning("what this client carried after round %d of run %s cannot be read and is given up: %s", key.round, key.run_id, damage)
            self._store.delete(self._name(key))
            return None

    def _counts(self, key: CarriedKey, should_stop: Callable[[], bool]) -> Optional[bool]:
        """Whether a round counted the update of this vector; None while that is open."""
        try:
            reply = self._caller.until_answered(
                f"asking what became of round {key.round}", lambda _: self._caller.control("GetRound", pb.GetRoundRequest(run_id=key.run_id, round=key.round)), should_stop)
        except CallFailed as fault:
            if fault.status is grpc.StatusCode.NOT_FOUND:
                return False
            raise
        if reply.status in (pb.ROUND_STATUS_PUBLISHED, pb.ROUND_STATUS_EVALUATING):
            return reply.HasField("receipt") and self._is_of(key, reply.receipt.digest)
        return False if reply.status == pb.ROUND_STATUS_VOID else None

    def _is_of(self, key: CarriedKey, digest: bytes) -> bool:
        try:
            with self._store.open(self._name(key)) as file:
                return file.length >= _DIGEST and file.read_at(file.length - _DIGEST, _DIGEST) == digest
        except VaultError:
            return True  # As far as anybody can tell; reading it will say what is wrong.

    def _list(self) -> List[CarriedKey]:
        found = (self._pattern.fullmatch(name) for name in self._store.names())
        return [CarriedKey(int(m[1]), int(m[2]), bytes.fromhex(m[3]).decode()) for m in found if m]

    def _delete(self, keys: Iterable[CarriedKey]) -> None:
        for key in list(keys):
            self._store.delete(self._name(key))

    def _name(self, key: CarriedKey) -> str:
        return f"{self._kind}.{key.round}.{key.attempt}.{key.run_id.encode().hex()}"
