"""Brings a kept update to the coordinator's last word on it: a receipt, or a refusal. Only then is it forgotten here."""
from __future__ import annotations

import logging
import time
from typing import Callable, Optional

import grpc

from ..digest import digest_of_parts
from ..errors import VaultError
from ..provenance.receipts import ReceiptBook
from ..transport.caller import Caller
from ..transport.faults import CallFailed
from ..transport.roads import Roads
from ..transport.upload import Upload
from ..v1 import federation_pb2 as pb
from .pending import PendingKey, PendingUpdate, PendingUpdates

log = logging.getLogger("fedlearn")


class Delivery:
    def __init__(self, caller: Caller, roads: Roads, pending: PendingUpdates, receipts: ReceiptBook, on_receipt: "Optional[Callable[[pb.Receipt], None]]" = None) -> None:
        self._caller, self._roads, self._pending, self._receipts, self._on_receipt = caller, roads, pending, receipts, on_receipt

    def deliver(self, key: PendingKey, fresh: bool) -> bool:
        """False where what is kept cannot be read: it is forgotten, and the coordinator was told nothing."""
        readable = True
        try:
            update = self._pending.open(key)
            if update is not None:
                with update:
                    self._send(update, fresh)
        except VaultError as damage:
            log.warning("round %d of run %s: the update kept from earlier cannot be read and is dropped: %s", key[1], key[0], damage)
            readable = False
        self._pending.delete(key)
        return readable

    def _send(self, update: PendingUpdate, fresh: bool) -> None:
        header, started = update.header, time.monotonic()
        try:
            receipt = Upload(self._caller, self._roads, header, update.read).run(fresh)
        except CallFailed as fault:
            if fault.status is grpc.StatusCode.ALREADY_EXISTS:
                log.info("round %d: an update of this worker was already accepted (%s)", header.round, fault)
            else:
                log.warning("round %d: the coordinator refused the update, it is dropped: %s", header.round, fault)
            return
        self._receipts.take(receipt, header)
        if receipt.digest != digest_of_parts(part.digest for part in header.parts):
            log.info("round %d: an update of this worker was already accepted (the receipt is for another one)", header.round)
        else:
            count, seconds = sum(part.byte_length for part in header.parts), time.monotonic() - started
            log.info("round %d: update accepted, %d bytes in %.3f s, %.1f MB/s", header.round, count, seconds, count / 1e6 / max(seconds, 1e-6))
        if self._on_receipt is not None:
            self._on_receipt(receipt)
