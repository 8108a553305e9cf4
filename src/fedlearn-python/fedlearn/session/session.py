"""A participant's life: one thread holds the connection (join, watch, again after a fault), one beats, one renews, and some work off assignments."""
from __future__ import annotations

import logging
import pathlib
import threading
import time
from typing import Any, Callable, List, Optional

import grpc

from ..errors import GivenUp
from ..provenance.chain import KnownVersions, VersionChain
from ..provenance.key import CoordinatorKey
from ..provenance.receipts import ReceiptBook
from ..transport.caller import Caller
from ..transport.faults import CallFailed
from ..transport.link import Link
from ..transport.roads import Roads
from ..v1 import federation_pb2 as pb
from ..vault.store import SealedStore
from .admission import Admission, RunBook
from .board import IDLE, WorkBoard
from .carried import Carried
from .delivery import Delivery
from .joining import Joining
from .pending import PendingUpdates
from .renewal import Renewal
from .update import UpdateMaker
from .watch import Watch
from .work import LocalWork, ModelCache

log = logging.getLogger("fedlearn")
_GOOD_CONNECTION_SECONDS = 10.0
_STOP_SECONDS = 5.0


class Session:
    def __init__(self, link: Link, store: SealedStore, state: pathlib.Path, admission: Admission, software: str, data_version: str = "",
                 identity_folder: Optional[pathlib.Path] = None, max_concurrent: int = 1, exit_when_done: bool = False,
                 on_receipt: "Optional[Callable[[pb.Receipt], None]]" = None) -> None:
        self._caller, self._state, self._admission = Caller(link), state, admission
        self._board, self._runs, self._roads = WorkBoard(), RunBook(admission), Roads(link)
        self._pending, self._key = PendingUpdates(store), CoordinatorKey(store)
        residuals, own = Carried(store, "residual", self._caller), Carried(store, "local", self._caller)
        models = ModelCache(self._caller, self._roads)
        chain = VersionChain(self._key, KnownVersions(store), self._manifests)
        delivery = Delivery(self._caller, self._roads, self._pending, ReceiptBook(state, admission.client_id, self._key), on_receipt)
        self._work = LocalWork(self._runs, models, chain, self._pending, UpdateMaker(self._pending, residuals), own, delivery, self._caller)
        self._watch = Watch(self._runs, self._board, models, self._pending, [residuals, own], self._caller, admission.evaluate_only, data_version)
        self._joining = Joining(admission.client_id, software, store, self._key, self._caller)
        self._renewal = Renewal(identity_folder, self._caller, self._watch.cancel) if identity_folder else None
        self._takers, self._exit_when_done = max_concurrent, exit_when_done
        self._beat_seconds = 15
        self._ended = threading.Event()
        self._fault: Optional[BaseException] = None
        self._is_done = False

    def run(self) -> None:
        """Returns when it is stopped, or when all is done and the options say to end then. FederationError: the coordinator refuses this client for good."""
        log.info("worker %s starts; coordinator %s, state in %s", self._admission.client_id, self._caller.link.address, self._state)
        bodies: List[Callable[[], None]] = [self._hold_connection, self._beat, *[self._take_work] * self._takers]
        if self._renewal is not None:
            bodies.append(self._renewal.run)
        threads = [threading.Thread(target=self._guarded, args=(body,), daemon=True) for body in bodies]
        for thread in threads:
            thread.start()
        try:
            while not self._ended.wait(0.5):
                pass
        finally:
            self.stop()
            end = time.monotonic() + _STOP_SECONDS
            for thread in threads:
                thread.join(max(0.0, end - time.monotonic()))
        if self._fault is not None:
            raise self._fault
        if self._is_done:
            log.info("worker %s is done: no run is open any more", self._admission.client_id)
        else:
            log.info("worker %s stops; %d finished updates stay for the next start", self._admission.client_id, len(self._pending.list()))

    def stop(self) -> None:
        """Ends the run, from any thread or a signal's handler. What is finished stays sealed for the next start."""
        self._caller.stopping.set()
        self._watch.cancel()
        self._board.wake(self._takers)
        self._ended.set()

    def _guarded(self, body: Callable[[], None]) -> None:
        try:
            body()
        except GivenUp:
            pass
        except BaseException as fault:
            if not self._caller.stopping.is_set():
                self._fault = self._fault or fault
        finally:
            self._ended.set()

    def _hold_connection(self) -> None:
        backoff, last = self._caller.new_backoff(), ""
        while not self._caller.stopping.is_set():
            started, identity = time.monotonic(), self._caller.link.identity
            fault = self._connect()
            self._caller.connected.clear()
            if self._caller.stopping.is_set() or identity is not self._caller.link.identity:
                continue  # It was this side's wish to have a new one.
            if time.monotonic() - started >= _GOOD_CONNECTION_SECONDS:
                backoff.reset()
            wait = backoff.next()
            log.log(logging.DEBUG if fault == last else logging.WARNING, "%s; retrying in %.1f s", fault, wait)
            last = fault
            self._caller.pause(wait, self._caller.stopping.is_set)
            # A channel keeps a backoff of its own, and would fail calls at once meanwhile: a new one connects when it is asked to.
            self._caller.link.renew()

    def _connect(self) -> str:
        """One connection, from joining to its end; why it ended."""
        try:
            self._beat_seconds = min(max(self._joining.join(), 1), 3_600)
            self._roads.book.reopen()
            self._caller.connected.set()
            self._watch.run(self._synced, self._end_if_done)
        except CallFailed as fault:
            if fault.status is grpc.StatusCode.UNAVAILABLE and not self._caller.stopping.is_set():
                return f"{self._caller.link.address}: {fault}"
            return str(fault)
        return "the coordinator stopped" if self._watch.draining else "the coordinator ended the connection"

    def _synced(self) -> None:
        log.info("connected to %s as %s; %d open runs", self._caller.link.address, self._admission.client_id, len(self._runs.open))

    def _take_work(self) -> None:
        while not self._caller.stopping.is_set():
            item = self._board.take()
            if item is None:
                return
            try:
                self._work.run(item)
            finally:
                self._board.finish(item)
            self._end_if_done()

    def _end_if_done(self) -> None:
        if self._exit_when_done and self._runs.all_over and self._board.is_empty:
            self._is_done = True
            self._ended.set()

    def _beat(self) -> None:
        while True:
            self._caller.pause(self._beat_seconds, self._caller.stopping.is_set)
            if self._caller.connected.is_set():
                current = self._board.current
                beat = pb.HeartbeatRequest(activity=current.activity, run_id=current.key[0], round=current.key[1]) if current else pb.HeartbeatRequest(activity=IDLE)
                try:
                    self._caller.control("Heartbeat", beat)
                except CallFailed as fault:  # A lost beat is nothing: the next one follows.
                    log.debug("heartbeat not delivered: %s", fault)

    def _manifests(self, run_id: str, first: int, last: int) -> List[Any]:
        request = pb.GetManifestsRequest(run_id=run_id, first_version=first, last_version=last)
        reply = self._caller.until_answered(f"asking for the manifests from version {first} on", lambda _: self._caller.control("GetManifests", request))
        return list(reply.manifests)
