"""A version's vector, fetched into memory: an attempt that breaks leaves its bytes, and the next one asks for the rest, over whichever road."""
from __future__ import annotations

import logging
import time
from typing import Callable, Optional

import grpc
import numpy as np

from ..digest import digest_of
from ..errors import GivenUp, RefusedError
from ..training.manifest import Manifest
from ..v1 import federation_pb2 as pb
from ..v1 import model_pb2 as model
from .caller import Caller
from .faults import CallFailed, RoadFailed
from .roads import LEAST_BYTES, RoadLeg, Roads

log = logging.getLogger("fedlearn")


class Download:
    """One vector on its way."""

    def __init__(self, caller: Caller, roads: Roads, run_id: str, version: int, digest: bytes, manifest: Manifest, should_stop: Callable[[], bool]) -> None:
        self._caller, self._roads, self._manifest, self._stop = caller, roads, manifest, should_stop
        self._run_id, self._version, self._digest = run_id, version, digest
        self._leg = RoadLeg(roads.book)
        self._bytes = bytearray(manifest.byte_length)
        self._received = 0

    def run(self) -> np.ndarray:
        """The vector, read-only. RefusedError where what came is not the version that was announced."""
        started = time.monotonic()
        self._caller.until_answered(f"downloading version {self._version}", self._attempt, self._stop)
        actual = digest_of(self._bytes)
        if actual != self._digest:
            raise RefusedError(f"version {self._version} arrived damaged: its digest must be {self._digest.hex()} and is {actual.hex()}")
        log.debug("version %d of run %s downloaded: %d bytes in %.3f s", self._version, self._run_id, len(self._bytes), time.monotonic() - started)
        vector = np.frombuffer(self._bytes, dtype="<f4")
        vector.flags.writeable = False
        return vector

    @property
    def _missing(self) -> int:
        return len(self._bytes) - self._received

    def _attempt(self, number: int) -> None:
        while self._missing:
            road = self._call()
            if road is None:
                break
            start = self._received
            log.debug("version %d comes by the other road from byte %d on", self._version, start)
            try:
                self._roads.get(road, memoryview(self._bytes), start, self._advance, self._stop)
                if self._stop():
                    raise GivenUp
            except RoadFailed as fault:
                if self._leg.take(road, start, fault):
                    raise CallFailed(grpc.StatusCode.UNAVAILABLE, str(fault)) from None
        if self._missing:
            raise CallFailed(grpc.StatusCode.UNAVAILABLE, f"the stream ended at byte {self._received} of {len(self._bytes)}")

    def _call(self) -> "Optional[pb.Road]":
        """Asks for what is missing; the road to take for it, or None where it came by this call."""
        prefer = self._roads.book.is_open and self._missing >= LEAST_BYTES
        request = pb.GetModelRequest(run_id=self._run_id, version=self._version, offset=self._received, prefer_road=prefer)
        road, stream = None, self._caller.stream("GetModel", request)
        try:
            for reply in stream:
                if self._stop():
                    raise GivenUp
                if reply.HasField("version"):
                    self._check(reply.version)
                    road = reply.road if prefer and reply.HasField("road") else None
                elif reply.HasField("chunk"):
                    self._take(reply.chunk)
        except grpc.RpcError as fault:
            raise CallFailed.of(fault) from None
        finally:
            stream.cancel()
        return road if self._missing else None

    def _check(self, version: "model.ModelVersion") -> None:
        expected = (self._manifest.hash, self._manifest.byte_length, self._digest)
        if (version.manifest_hash, version.byte_length, version.digest) != expected:
            raise RefusedError(f"the coordinator offers another version {self._version} than it announced: {version.byte_length} bytes of digest {version.digest.hex()}")

    def _take(self, chunk: "model.Chunk") -> None:
        if chunk.offset != self._received or len(chunk.data) > self._missing:
            raise RefusedError(f"a chunk of {len(chunk.data)} bytes at {chunk.offset} came; the next byte expected is {self._received} of {len(self._bytes)}")
        self._bytes[self._received: self._received + len(chunk.data)] = chunk.data
        self._received += len(chunk.data)

    def _advance(self, count: int) -> None:
        self._received += count
