"""The protocol's digest: SHA-256 over the concatenated SHA-256 values of the 1 MiB blocks of some bytes."""
from __future__ import annotations

import hashlib
from typing import Iterable, Union

BLOCK = 1 << 20
Bytes = Union[bytes, bytearray, memoryview]


class BlockDigest:
    """Takes bytes in pieces of any length. The digest of no bytes is that of no blocks: SHA-256 of nothing."""

    def __init__(self) -> None:
        self._blocks = hashlib.sha256()
        self._block = hashlib.sha256()
        self._filled = 0

    def update(self, data: Bytes) -> None:
        view = memoryview(data).cast("B")
        while len(view):
            part = view[: BLOCK - self._filled]
            self._block.update(part)
            self._filled += len(part)
            view = view[len(part):]
            if self._filled == BLOCK:
                self._end_block()

    def digest(self) -> bytes:
        """The digest of what was taken; nothing may be taken afterwards."""
        if self._filled:
            self._end_block()
        return self._blocks.digest()

    def _end_block(self) -> None:
        self._blocks.update(self._block.digest())
        self._block = hashlib.sha256()
        self._filled = 0


def digest_of(data: Bytes) -> bytes:
    """The digest of bytes that are all at hand."""
    whole = BlockDigest()
    whole.update(data)
    return whole.digest()


def digest_of_parts(digests: Iterable[bytes]) -> bytes:
    """An update's digest, which its receipt names: SHA-256 over its parts' digests."""
    return hashlib.sha256(b"".join(digests)).digest()
