"""One sealed file: written whole or not at all, read at any place."""
from __future__ import annotations

import hashlib
import os
import pathlib
import secrets
from typing import Iterator, Tuple

from ..errors import VaultError
from . import files
from .stream import HEADER, StreamOpener, StreamSealer, StreamShape

_SHAPE = StreamShape()


class SealedWriter:
    """Writes a sealed file beside its place; it is there, whole, once it is committed."""

    def __init__(self, path: pathlib.Path, temporary: pathlib.Path, key: bytes, associated: bytes) -> None:
        files.create_folder(temporary)
        self._path, self._temporary = path, temporary / f"{secrets.token_hex(8)}.tmp"
        self._file = files.open_new(self._temporary)
        self._hash, self._length = hashlib.sha256(), 0
        self._sealer = StreamSealer(key, associated, self._take)

    def write(self, data: "bytes | bytearray | memoryview") -> None:
        self._sealer.write(data)

    @property
    def position(self) -> int:
        """Plaintext bytes so far."""
        return self._sealer.position

    def commit(self, durable: bool = True) -> Tuple[int, str]:
        """Puts the file in its place, and returns its sealed length and the SHA-256 of its sealed bytes."""
        self._sealer.finish()
        self._file.flush()
        if durable:
            os.fsync(self._file.fileno())
        self._file.close()
        os.replace(self._temporary, self._path)
        if durable:
            files.sync_folder(self._path.parent)
        return self._length, self._hash.hexdigest()

    def close(self) -> None:
        """Without a commit before, nothing is left."""
        self._file.close()
        self._temporary.unlink(missing_ok=True)

    def __enter__(self) -> "SealedWriter":
        return self

    def __exit__(self, *ended: object) -> None:
        self.close()

    def _take(self, sealed: bytes) -> None:
        self._file.write(sealed)
        self._hash.update(sealed)
        self._length += len(sealed)


class SealedFile:
    """A sealed file, open for reading; one segment is held in memory."""

    def __init__(self, path: pathlib.Path, key: bytes, associated: bytes) -> None:
        self._path = path
        try:
            self._file = open(path, "rb")
        except FileNotFoundError:
            raise VaultError(f"{path} is missing. Restore it from a backup.") from None
        length = os.fstat(self._file.fileno()).st_size
        try:
            self._opener = StreamOpener(key, associated, self._file.read(HEADER), length)
        except ValueError:
            self._file.close()
            raise VaultError(f"{path} is no sealed file, or was cut: {length} bytes. Restore it from a backup.") from None
        self._held: Tuple[int, bytes] = (-1, b"")
        if self._opener.length == 0:
            self._segment(0)

    @property
    def length(self) -> int:
        """Plaintext bytes."""
        return self._opener.length

    @property
    def segments(self) -> int:
        return self._opener.segments

    def read_at(self, offset: int, length: int) -> bytes:
        """Plaintext from an offset on; the range must lie within the file."""
        return b"".join(self._pieces(offset, length))

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> "SealedFile":
        return self

    def __exit__(self, *ended: object) -> None:
        self.close()

    def _pieces(self, offset: int, length: int) -> Iterator[bytes]:
        while length > 0:
            index = _SHAPE.segment_of(offset)
            within = offset - _SHAPE.plaintext_offset(index)
            piece = self._segment(index)[within: within + length]
            yield piece
            offset, length = offset + len(piece), length - len(piece)

    def _segment(self, index: int) -> bytes:
        if self._held[0] != index:
            start = _SHAPE.sealed_offset(index)
            self._file.seek(start)
            try:
                self._held = (index, self._opener.open(index, self._file.read((index + 1) * _SHAPE.segment - start)))
            except ValueError:
                raise VaultError(
                    f"{self._path}: segment {index} of {self.segments} does not open. Its bytes were changed, moved or cut, or the file belongs to "
                    "another key, version or schema. Nothing of it was read; restore the file from a backup.") from None
        return self._held[1]
