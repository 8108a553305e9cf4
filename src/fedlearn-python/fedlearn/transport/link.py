"""The channel to the coordinator, and the token that goes with every call."""
from __future__ import annotations

import pathlib
import threading
from typing import Any, List, Optional, Tuple
from urllib.parse import urlsplit

import grpc

from ..errors import FederationError
from ..identity.folder import Identity
from ..v1.federation_pb2_grpc import FederationStub

CONTROL_SECONDS = 30
_MOST_MESSAGE = 4 << 20
_OPTIONS: List[Tuple[str, Any]] = [
    ("grpc.max_receive_message_length", _MOST_MESSAGE),
    ("grpc.max_send_message_length", _MOST_MESSAGE),
    # A peer that vanished without a word is noticed; network devices that forget idle connections see traffic.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 15_000),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.initial_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 5_000),
    ("grpc.use_local_subchannel_pool", 1),
]


class Link:
    """Calls go over the current channel; a renewed identity gets a new one, and calls that are under way end on theirs."""

    def __init__(self, address: str, identity: Optional[Identity] = None, trust: Optional[bytes] = None, identity_file: Optional[pathlib.Path] = None) -> None:
        url = urlsplit(address)
        if url.scheme not in ("http", "https") or not url.hostname or url.path not in ("", "/"):
            raise FederationError(f"coordinator: expected https://HOST:PORT, got '{address}'")
        self.address = f"{url.scheme}://{url.netloc}"
        self.is_tls = url.scheme == "https"
        self.trust = trust
        self.identity_file = identity_file
        self.token: Optional[str] = None
        self._target = f"{url.hostname if ':' not in (url.hostname or '') else f'[{url.hostname}]'}:{url.port or (443 if self.is_tls else 80)}"
        self._turn = threading.Lock()
        self._older: Any = None
        # A transfer that is under way ends on the connection that it has; that is closed at the renewal after this one.
        self.identity = identity
        self.channel = self._connect()
        self.api: Any = FederationStub(self.channel)  # type: ignore[no-untyped-call]

    @property
    def metadata(self) -> Optional[Tuple[Tuple[str, str], ...]]:
        return None if self.token is None else (("authorization", f"Bearer {self.token}"),)

    def renew(self, identity: Optional[Identity] = None) -> None:
        """Lets further calls go over a new connection, which shows the identity that is the current one now."""
        with self._turn:
            if self._older is not None:
                self._older.close()
            self._older, self.identity = self.channel, identity or self.identity
            self.channel = self._connect()
            self.api = FederationStub(self.channel)  # type: ignore[no-untyped-call]

    def close(self) -> None:
        self.channel.close()
        if self._older is not None:
            self._older.close()

    def _connect(self) -> Any:
        if not self.is_tls:
            return grpc.insecure_channel(self._target, options=_OPTIONS)
        identity = self.identity
        credentials = grpc.ssl_channel_credentials(
            self.trust or (identity.root_pem if identity else None), identity.key_pem if identity else None, identity.chain_pem if identity else None)
        return grpc.secure_channel(self._target, credentials, options=_OPTIONS)
