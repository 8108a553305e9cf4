"""Calls the coordinator until it answers: waits for the connection, and after a transient fault for a backoff."""
from __future__ import annotations

import logging
import random
import threading
import time
from typing import Any, Callable, Optional, TypeVar

import grpc

from ..errors import GivenUp
from .faults import CallFailed
from .link import CONTROL_SECONDS, Link

log = logging.getLogger("fedlearn")
T = TypeVar("T")


class Backoff:
    """Waits that double from the first to the longest, each times a factor between 0.5 and 1."""

    def __init__(self, first: float, longest: float) -> None:
        self._first, self._longest, self._next = first, longest, first

    def next(self) -> float:
        wait, self._next = self._next, min(self._next * 2, self._longest)
        return wait * (0.5 + random.random() / 2)

    def reset(self) -> None:
        self._next = self._first


class Caller:
    """`connected` says whether there is a connection; `should_stop` ends every wait, by GivenUp."""

    def __init__(self, link: Link, first_backoff: float = 1.0, longest_backoff: float = 30.0) -> None:
        self.link = link
        self.connected = threading.Event()
        self.stopping = threading.Event()
        self._bounds = (first_backoff, longest_backoff)

    def new_backoff(self) -> Backoff:
        return Backoff(*self._bounds)

    def control(self, method: str, request: Any) -> Any:
        """One call that moves little and answers soon. CallFailed where it does not succeed."""
        try:
            return getattr(self.link.api, method)(request, timeout=CONTROL_SECONDS, metadata=self.link.metadata)
        except grpc.RpcError as fault:
            raise CallFailed.of(fault) from None
        except ValueError:
            raise _renewing() from None

    def stream(self, method: str, request: Any) -> Any:
        """Starts a call whose replies come one by one, for as long as it must."""
        try:
            return getattr(self.link.api, method)(request, metadata=self.link.metadata)
        except ValueError:
            raise _renewing() from None

    def until_answered(self, what: str, attempt: Callable[[int], T], should_stop: Optional[Callable[[], bool]] = None) -> T:
        """Attempts, counted from 0, until one is answered. CallFailed is the coordinator's verdict, a status that does not pass."""
        backoff, number, stop = self.new_backoff(), 0, should_stop or self.stopping.is_set
        while True:
            self._wait_connected(stop)
            try:
                return attempt(number)
            except CallFailed as fault:
                if not fault.is_transient:
                    raise
                wait, number = backoff.next(), number + 1
                log.info("%s: %s; retrying in %.1f s", what, fault, wait)
                self.pause(wait, stop)

    def pause(self, seconds: float, should_stop: Callable[[], bool]) -> None:
        """Waits; GivenUp where the work has become pointless."""
        end = time.monotonic() + seconds
        while not should_stop():
            left = end - time.monotonic()
            if left <= 0:
                return
            self.stopping.wait(min(left, 0.2))
        raise GivenUp

    def _wait_connected(self, should_stop: Callable[[], bool]) -> None:
        while not should_stop():
            if self.connected.wait(0.2):
                return
        raise GivenUp


def _renewing() -> CallFailed:
    """The channel was closed for a new one at this very moment: grpcio calls that a ValueError."""
    return CallFailed(grpc.StatusCode.UNAVAILABLE, "the connection is being renewed")
