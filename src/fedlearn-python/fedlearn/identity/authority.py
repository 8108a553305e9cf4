"""Fetches the root certificate from a server that is not trusted yet: grpcio cannot leave a server unchecked, so one HTTP/2 request is written by hand."""
from __future__ import annotations

import hashlib
import socket
import ssl
import struct
from typing import Iterator, Tuple
from urllib.parse import urlsplit

from ..errors import FederationError
from ..v1 import identity_pb2 as pb
from .invitation import Invitation

_MOST_BYTES = 64 << 10
_SECONDS = 30
_DATA, _HEADERS, _RST_STREAM, _SETTINGS, _GOAWAY = 0, 1, 3, 4, 7
_END_STREAM, _ACK, _END_HEADERS, _PADDED = 1, 1, 4, 8


def fetch_root(invitation: Invitation) -> bytes:
    """The root in DER, believed because its hash is the invitation's: until then nothing is trusted and no secret sent."""
    try:
        reply = _ask(invitation.address, "/fedlearn.v1.Enrolment/GetAuthority")
        root = bytes(pb.GetAuthorityReply.FromString(reply).root)
    except (OSError, ValueError) as fault:
        raise FederationError(f"cannot ask {invitation.address} for its root certificate: {fault}") from None
    if hashlib.sha256(root).digest() != invitation.root_hash:
        raise FederationError(
            f"what answers at {invitation.address} is not the coordinator of this invitation: it shows another root certificate. Somebody may stand between; "
            "nothing was sent. Ask the operator")
    return root


def _ask(address: str, path: str) -> bytes:
    """The reply's bytes to a gRPC call with an empty request (RFC 9113; the headers as literals of RFC 7541, section 6.2.2)."""
    url = urlsplit(address)
    # Nothing is believed that comes by this connection but what has the invitation's hash.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    headers = [(":method", "POST"), (":scheme", "https"), (":path", path), (":authority", url.netloc), ("content-type", "application/grpc"), ("te", "trailers")]
    block = b"".join(b"\0" + _text(name) + _text(value) for name, value in headers)
    with socket.create_connection((url.hostname or "", url.port or 443), _SECONDS) as plain, context.wrap_socket(plain, server_hostname=url.hostname) as tls:
        tls.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _frame(_SETTINGS, 0, 0, b"") + _frame(_HEADERS, _END_HEADERS, 1, block)
                    + _frame(_DATA, _END_STREAM, 1, bytes(5)))
        body = b"".join(_body(tls))
    if len(body) < 5 or len(body) - 5 != struct.unpack(">I", body[1:5])[0] or body[0]:
        raise ValueError("it answers, but is no coordinator's enrolment")
    return body[5:]


def _body(tls: ssl.SSLSocket) -> Iterator[bytes]:
    total = 0
    while True:
        kind, flags, stream, payload = _read(tls)
        if kind == _SETTINGS and not flags & _ACK:
            tls.sendall(_frame(_SETTINGS, _ACK, 0, b""))
        elif kind in (_RST_STREAM, _GOAWAY):
            raise ValueError("the server refused the call")
        elif stream == 1 and kind in (_DATA, _HEADERS):
            if kind == _DATA:
                total += len(payload)
                if total > _MOST_BYTES:
                    raise ValueError("its answer is too long")
                yield payload[1: len(payload) - payload[0]] if flags & _PADDED else payload
            if flags & _END_STREAM:
                return


def _read(tls: ssl.SSLSocket) -> Tuple[int, int, int, bytes]:
    head = _exactly(tls, 9)
    length = int.from_bytes(head[:3], "big")
    if length > _MOST_BYTES:
        raise ValueError("a frame of its answer is too long")
    return head[3], head[4], int.from_bytes(head[5:9], "big") & 0x7FFFFFFF, _exactly(tls, length)


def _exactly(tls: ssl.SSLSocket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        piece = tls.recv(length - len(data))
        if not piece:
            raise ValueError("the server closed the connection; is this the enrolment address, and does the coordinator have one?")
        data += piece
    return data


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def _text(text: str) -> bytes:
    data = text.encode()
    if len(data) < 127:
        return bytes([len(data)]) + data
    rest, length = len(data) - 127, b"\x7f"
    while rest >= 128:
        length, rest = length + bytes([rest & 127 | 128]), rest >> 7
    return length + bytes([rest]) + data
