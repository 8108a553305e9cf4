"""A vector's bytes over plain HTTP/1.1, as the comment of Road in federation.proto specifies; faster than gRPC and never needed."""
from __future__ import annotations

import http.client
import logging
import re
import ssl
import time
from typing import Any, Callable, Dict, Iterator, Optional, Tuple
from urllib.parse import unquote, urlsplit

from ..v1 import federation_pb2 as pb
from .faults import CallFailed, RoadFailed
from .link import Link

log = logging.getLogger("fedlearn")
LEAST_BYTES = 1 << 20
_PIECE = 256 << 10
_REST_SECONDS = 300.0
_CONNECT_SECONDS, _STALL_SECONDS, _ANSWER_SECONDS = 10, 60, 300
_MOST_RECEIPT = 64 << 10
_PROTOBUF = "application/x-protobuf"
ReadPiece = Callable[[int, int], bytes]


class RoadBook:
    """Whether vectors may take the road. One that failed is left alone for five minutes, or until the next connection to the coordinator."""

    def __init__(self) -> None:
        self._closed_until = 0.0

    @property
    def is_open(self) -> bool:
        return time.monotonic() >= self._closed_until

    def close(self, road: "pb.Road", fault: object) -> None:
        self._closed_until = time.monotonic() + _REST_SECONDS
        url = urlsplit(road.url)
        log.warning("the other road for large vectors, %s://%s, does not carry them: %s; they go by gRPC, and the road is tried again in 5 min", url.scheme, url.netloc, fault)

    def reopen(self) -> None:
        self._closed_until = 0.0


class RoadLeg:
    """What one vector makes of a road that fails: one that breaks in mid-way is tried again; one that never answered, or broke twice at the same byte, is closed."""

    def __init__(self, book: RoadBook) -> None:
        self._book, self._broke_at = book, -1

    def take(self, road: "pb.Road", start: int, fault: RoadFailed) -> bool:
        """Whether to try the road again, later."""
        if fault.broke and start > self._broke_at:
            self._broke_at = start
            return True
        self._book.close(road, fault)
        return False


class Roads:
    def __init__(self, link: Link) -> None:
        self._link = link
        self.book = RoadBook()

    def put(self, road: "pb.Road", read: ReadPiece, offset: int, length: int) -> "pb.Receipt":
        """Sends an update's bytes from an offset on. CallFailed is the coordinator's refusal, RoadFailed the road's fault."""
        headers = {"content-range": f"bytes {offset}-{length - 1}/{length}", "content-length": str(length - offset), "content-type": "application/octet-stream"}

        def pieces() -> Iterator[bytes]:
            for start in range(offset, length, _PIECE):
                yield read(start, min(_PIECE, length - start))

        connection, response = self._exchange("PUT", road, headers, pieces())
        try:
            size = response.headers.get("content-length", "")
            if response.status != 200 or not _is_protobuf(response) or not size.isdigit() or int(size) > _MOST_RECEIPT:
                raise _stranger(response)
            return pb.PushUpdateReply.FromString(response.read()).receipt
        except (OSError, http.client.HTTPException) as fault:
            raise RoadFailed(str(fault) or type(fault).__name__, True) from None
        finally:
            connection.close()

    def get(self, road: "pb.Road", target: memoryview, received: int, advance: Callable[[int], None], should_stop: Callable[[], bool]) -> None:
        """Fetches what is missing of a vector into its place; `advance` is told of each piece."""
        connection, response = self._exchange("GET", road, {"range": f"bytes={received}-"} if received else {}, None)
        try:
            _check_range(response, received, len(target))
            while received < len(target):
                count = response.readinto(target[received: received + _PIECE])
                if count == 0:
                    raise RoadFailed(f"the body ended at byte {received} of {len(target)}", True)
                advance(count)
                received += count
                if should_stop():
                    return
        except (OSError, http.client.HTTPException) as fault:
            raise RoadFailed(str(fault) or type(fault).__name__, True) from None
        finally:
            connection.close()

    def _exchange(self, method: str, road: "pb.Road", headers: Dict[str, str], body: Optional[Iterator[bytes]]) -> Tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        connection, path = self._connect(road.url)
        headers = {**headers, "fedlearn-ticket": road.ticket}
        if self._link.token is not None:
            headers["authorization"] = f"Bearer {self._link.token}"
        try:
            try:
                connection.connect()
            except OSError as fault:
                raise RoadFailed(f"no connection came about: {fault}", False) from None
            connection.sock.settimeout(_STALL_SECONDS)
            response = self._send(connection, method, path, headers, body)
            refused = CallFailed.numbered(response.headers.get("grpc-status", ""), unquote(response.headers.get("grpc-message", "")))
            if refused:
                raise refused
            connection_kept, connection = connection, None  # type: ignore[assignment]
            return connection_kept, response
        except (OSError, http.client.HTTPException) as fault:
            raise RoadFailed(str(fault) or type(fault).__name__, True) from None
        finally:
            if connection is not None:
                connection.close()

    @staticmethod
    def _send(connection: http.client.HTTPConnection, method: str, path: str, headers: Dict[str, str], body: Optional[Iterator[bytes]]) -> http.client.HTTPResponse:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        try:
            for piece in body or ():
                connection.send(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass  # A refusal may have come before the body's end; the answer says which.
        connection.sock.settimeout(_ANSWER_SECONDS)
        return connection.getresponse()

    def _connect(self, url: str) -> Tuple[http.client.HTTPConnection, str]:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise RoadFailed(f"'{url}' is no address", False)
        if self._link.is_tls and parts.scheme != "https":
            raise RoadFailed("it is without TLS, and the connection to the coordinator has it: the token does not go there", False)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        if parts.scheme == "http":
            return http.client.HTTPConnection(parts.hostname, parts.port, timeout=_CONNECT_SECONDS), path
        return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=_CONNECT_SECONDS, context=self._tls()), path

    def _tls(self) -> ssl.SSLContext:
        identity = self._link.identity
        roots = self._link.trust or (identity.root_pem if identity else None)
        context = ssl.create_default_context(cadata=roots.decode() if roots else None)
        if identity and self._link.identity_file:
            context.load_cert_chain(self._link.identity_file)  # The ssl module takes a key from a file alone.
        return context


def _is_protobuf(response: http.client.HTTPResponse) -> bool:
    return response.headers.get_content_type() == _PROTOBUF


def _check_range(response: http.client.HTTPResponse, offset: int, length: int) -> None:
    found = re.fullmatch(r"bytes (\d+)-\d+/\S+", response.headers.get("content-range", ""))
    whole = response.status == 200 and offset == 0
    rest = response.status == 206 and found is not None and int(found[1]) == offset
    size = response.headers.get("content-length", str(length - offset))
    if not (whole or rest) or _is_protobuf(response) or size != str(length - offset):
        raise _stranger(response)


def _stranger(response: Any) -> RoadFailed:
    kind = response.headers.get("content-type", "without a type")
    return RoadFailed(f"the answer is {response.status} {response.reason}, {kind}, which is not the coordinator's; does a proxy stand in between?", False)
