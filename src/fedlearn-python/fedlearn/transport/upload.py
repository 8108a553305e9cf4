"""Sends one update until the coordinator answers: a small one by a single call, a larger one from the byte that the coordinator names, however often it breaks."""
from __future__ import annotations

import logging
from typing import Any, Iterator, Optional

import grpc

from ..errors import VaultError
from ..v1 import federation_pb2 as pb
from .caller import Caller
from .faults import CallFailed, RoadFailed
from .roads import LEAST_BYTES, ReadPiece, RoadLeg, Roads

log = logging.getLogger("fedlearn")
CHUNK = 256 << 10
SMALL = 1 << 20
_ASK_AGAIN = {grpc.StatusCode.NOT_FOUND, grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.PERMISSION_DENIED}


class Upload:
    """One update on its way. `read` gives bytes of its parts, one after the other."""

    def __init__(self, caller: Caller, roads: Roads, header: "pb.UpdateHeader", read: ReadPiece) -> None:
        self._caller, self._roads, self._header, self._read = caller, roads, header, read
        self._length = sum(part.byte_length for part in header.parts)
        self._leg = RoadLeg(roads.book)
        self._damage: Optional[VaultError] = None

    def run(self, fresh: bool) -> "pb.Receipt":
        """The receipt; CallFailed where the coordinator refuses the update. `fresh`: nothing of it was sent before, by this process or an earlier one."""
        def attempt(number: int) -> "pb.Receipt":
            if number == 0 and fresh and self._length < SMALL:
                return self._push(pb.PushUpdateRequest(header=self._header), 0)
            return self._open_and_send()

        return self._caller.until_answered(f"delivering the update of round {self._header.round}", attempt)

    def _open_and_send(self) -> "pb.Receipt":
        while True:
            opened = self._caller.control("OpenUpdate", pb.OpenUpdateRequest(header=self._header))
            if opened.HasField("receipt"):
                return opened.receipt
            upload = opened.upload
            try:
                return self._send(upload)
            except RoadFailed as fault:
                if self._leg.take(upload.road, upload.offset, fault):
                    raise CallFailed(grpc.StatusCode.UNAVAILABLE, str(fault)) from None
            except CallFailed as fault:
                if fault.status not in _ASK_AGAIN:
                    raise
                # The upload may be forgotten, stand at another byte, or have been sealed by an earlier attempt whose receipt was lost: OpenUpdate's answer is the verdict.
                raise CallFailed(grpc.StatusCode.UNAVAILABLE, fault.detail) from None

    def _send(self, upload: "pb.Upload") -> "pb.Receipt":
        if upload.HasField("road") and self._roads.book.is_open and self._length - upload.offset >= LEAST_BYTES:
            log.debug("the update of round %d goes by the other road from byte %d on", self._header.round, upload.offset)
            return self._roads.put(upload.road, self._read, upload.offset, self._length)
        return self._push(pb.PushUpdateRequest(resume=pb.Upload(upload_id=upload.upload_id, offset=upload.offset)), upload.offset)

    def _push(self, first: "pb.PushUpdateRequest", offset: int) -> "pb.Receipt":
        try:
            reply: Any = self._caller.link.api.PushUpdate(self._messages(first, offset), metadata=self._caller.link.metadata)
            return reply.receipt
        except grpc.RpcError as fault:
            raise self._damage or CallFailed.of(fault) from None
        except ValueError:
            raise CallFailed(grpc.StatusCode.UNAVAILABLE, "the connection is being renewed") from None

    def _messages(self, first: "pb.PushUpdateRequest", offset: int) -> "Iterator[pb.PushUpdateRequest]":
        yield first
        while offset < self._length:
            try:
                data = self._read(offset, min(CHUNK, self._length - offset))
            except VaultError as damage:
                self._damage = damage
                raise
            yield pb.PushUpdateRequest(chunk={"offset": offset, "data": data})
            offset += len(data)
