"""Enters the federation: registers the id the first time, and shows its token every other time. With a certificate there is no token."""
from __future__ import annotations

import logging
from typing import Optional

import grpc

from ..errors import FederationError
from ..provenance.key import CoordinatorKey
from ..transport.caller import Caller
from ..transport.faults import CallFailed
from ..v1 import federation_pb2 as pb
from ..vault.store import SealedStore

log = logging.getLogger("fedlearn")
PROTOCOL = 1
_VERDICTS = {grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.NOT_FOUND}


class Joining:
    def __init__(self, client_id: str, software: str, store: SealedStore, key: CoordinatorKey, caller: Caller) -> None:
        self._id, self._software, self._store, self._key, self._caller = client_id, software, store, key, caller

    def join(self) -> int:
        """How often to beat, in seconds. FederationError where the coordinator refuses this client for good, CallFailed where it is not there just now."""
        link, name = self._caller.link, f"token.{self._id}"
        kept = self._store.read(name) if link.identity is None else None
        link.token = kept.decode() if kept else None
        try:
            reply = self._caller.control("Join", pb.JoinRequest(client_id=self._id, protocol_version=PROTOCOL, software=self._software))
        except CallFailed as fault:
            refusal = self._refusal(fault)
            if refusal:
                raise FederationError(refusal) from None
            raise
        self._key.take(reply.signing_key, link.address)
        if reply.token:
            self._store.write(name, reply.token.encode())
            link.token = reply.token
            log.info("registered as %s; the token is kept in the state folder", self._id)
        return int(reply.heartbeat_seconds)

    def _refusal(self, fault: CallFailed) -> Optional[str]:
        link = self._caller.link
        if fault.status in (grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.ALREADY_EXISTS):
            if link.identity is not None:
                return f"the coordinator at {link.address} does not take this participant: {fault.detail}"
            if link.token is not None:
                return (f"the coordinator at {link.address} refuses the token of '{self._id}' ({fault.detail}); is this the federation that the token is from? "
                        "Otherwise ask its operator to remove the client, and start with an empty state folder")
            return (f"the id '{self._id}' is taken in this federation ({fault.detail}), and the state folder holds no token for it; "
                    "use the state folder of its first registration, or another id")
        if fault.status is grpc.StatusCode.UNIMPLEMENTED:
            return f"{link.address} answers, but there is no FedLearn coordinator for participants; is it the right port?"
        if fault.status in _VERDICTS:
            return f"the coordinator at {link.address} refuses this client (protocol {PROTOCOL}, {self._software}): {fault.detail}"
        return None
