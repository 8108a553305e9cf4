"""The sealed stream of docs/vault-format.md: AES-256-GCM-HKDF streaming with SHA-256 and segments of 1 MiB, as Tink defines it."""
from __future__ import annotations

import os
import struct
from typing import Callable, Tuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY = 32
PREFIX = 7
HEADER = 1 + KEY + PREFIX
TAG = 16
SEGMENT = 1 << 20


class StreamShape:
    """Where the segments of a stream lie."""

    def __init__(self, segment: int = SEGMENT) -> None:
        self.segment = segment
        self.full = segment - TAG

    def segment_of(self, offset: int) -> int:
        """The segment that holds the plaintext byte at an offset."""
        return (offset + HEADER) // self.full

    def plaintext_offset(self, index: int) -> int:
        return 0 if index == 0 else index * self.full - HEADER

    def sealed_offset(self, index: int) -> int:
        return HEADER if index == 0 else index * self.segment

    def measure(self, sealed_length: int) -> Tuple[int, int]:
        """Segments and plaintext bytes of a stream of this length; ValueError where none has it."""
        segments = -(-sealed_length // self.segment)
        last = sealed_length - self.sealed_offset(segments - 1)
        if sealed_length < HEADER + TAG or segments > 1 << 32 or last < TAG or (last == TAG and segments > 1):
            raise ValueError(f"no sealed stream has {sealed_length} bytes")
        return segments, sealed_length - HEADER - segments * TAG


def _cipher(key: bytes, salt: bytes, associated: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), KEY, salt, associated).derive(key))


def _nonce(prefix: bytes, index: int, last: bool) -> bytes:
    return prefix + struct.pack(">IB", index, last)


class StreamSealer:
    """Seals plaintext as it comes. A segment is sealed once more comes, for the last one says that it is the last."""

    def __init__(self, key: bytes, associated: bytes, write: Callable[[bytes], object], shape: StreamShape = StreamShape()) -> None:
        salt, self._prefix = os.urandom(KEY), os.urandom(PREFIX)
        self._cipher = _cipher(key, salt, associated)
        self._write, self._shape = write, shape
        self._held = bytearray()
        self._index = 0
        self.position = 0
        write(bytes([HEADER]) + salt + self._prefix)

    def write(self, data: "bytes | bytearray | memoryview") -> None:
        self._held += data
        self.position += len(data)
        while len(self._held) > self._capacity:
            self._seal(bytes(self._held[: self._capacity]), last=False)

    def finish(self) -> None:
        self._seal(bytes(self._held), last=True)

    @property
    def _capacity(self) -> int:
        return self._shape.full - (HEADER if self._index == 0 else 0)

    def _seal(self, plaintext: bytes, last: bool) -> None:
        del self._held[: len(plaintext)]
        self._write(self._cipher.encrypt(_nonce(self._prefix, self._index, last), plaintext, None))
        self._index += 1


class StreamOpener:
    """Opens segments of a stream, in any order."""

    def __init__(self, key: bytes, associated: bytes, header: bytes, sealed_length: int, shape: StreamShape = StreamShape()) -> None:
        self.segments, self.length = shape.measure(sealed_length)
        if len(header) != HEADER or header[0] != HEADER:
            raise ValueError("no sealed stream: its header is not one")
        self._cipher = _cipher(key, header[1: 1 + KEY], associated)
        self._prefix = header[1 + KEY:]

    def open(self, index: int, sealed: bytes) -> bytes:
        """A segment's plaintext; ValueError where it is not what was sealed."""
        try:
            return self._cipher.decrypt(_nonce(self._prefix, index, index == self.segments - 1), sealed, None)
        except InvalidTag:
            raise ValueError(f"segment {index} of {self.segments} does not open") from None
