"""Renews a worker's certificate after two thirds of its life, for a new key each time."""
from __future__ import annotations

import datetime
import logging
import pathlib
from typing import Callable

import grpc

from ..errors import FederationError
from ..identity.enrol import renew
from ..identity.folder import Identity
from ..transport.caller import Caller
from ..transport.faults import CallFailed

log = logging.getLogger("fedlearn")
_LOOK_SECONDS, _AFTER_REFUSAL_SECONDS = 3_600.0, 600.0


class Renewal:
    """`renewed` is called once the link shows the new certificate."""

    def __init__(self, folder: pathlib.Path, caller: Caller, renewed: Callable[[], None]) -> None:
        self._folder, self._caller, self._renewed = folder, caller, renewed

    def run(self) -> None:
        """Until GivenUp."""
        while True:
            left = (self._identity.renew_at - datetime.datetime.now(datetime.timezone.utc)).total_seconds()
            if left > 0:
                # Looked at often, so that a clock that is set forward is noticed.
                self._caller.pause(min(left, _LOOK_SECONDS), self._caller.stopping.is_set)
            elif not self._try():
                self._caller.pause(_AFTER_REFUSAL_SECONDS, self._caller.stopping.is_set)

    @property
    def _identity(self) -> Identity:
        identity = self._caller.link.identity
        assert identity is not None
        return identity

    def _try(self) -> bool:
        try:
            identity = self._caller.until_answered("renewing the certificate", lambda _: self._ask())
            identity.save(self._folder)
        except (CallFailed, FederationError, OSError) as fault:
            log.warning("the certificate, valid until %s, is not renewed: %s; trying again in 10 min", self._identity.not_after, fault)
            return False
        self._caller.link.renew(identity)
        log.info("the certificate of fedlearn://%s is renewed, valid until %s", "/".join(identity.name), identity.not_after)
        self._renewed()
        return True

    def _ask(self) -> Identity:
        try:
            return renew(self._caller.link.channel, self._identity)
        except grpc.RpcError as fault:
            raise CallFailed.of(fault) from None
        except ValueError:
            raise CallFailed(grpc.StatusCode.UNAVAILABLE, "the connection is being renewed") from None
