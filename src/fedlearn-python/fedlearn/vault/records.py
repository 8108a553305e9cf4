"""The records of one sealed file of a vault: schema | records | manifest of 40 bytes."""
from __future__ import annotations

import pathlib
import struct
from dataclasses import dataclass
from typing import Iterator

from ..errors import VaultError
from .sealed import SealedFile, SealedWriter
from .stream import StreamShape
from .versions import PARTS

_TRAILER = struct.Struct("<4sHHiiqqq")
TRAILER = _TRAILER.size
_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class Trailer:
    """What a file's sealed manifest says."""

    part: str
    record_length: int
    schema_length: int
    records: int
    segments: int

    def to_bytes(self) -> bytes:
        body = self.schema_length + self.records * self.record_length
        return _TRAILER.pack(b"FLVM", 1, PARTS.index(self.part), self.record_length, self.schema_length, self.records, self.segments, body)


def write_trailer(file: SealedWriter, part: str, record_length: int, schema_length: int, records: int) -> None:
    """Ends a file of records."""
    segments = StreamShape().segment_of(file.position + TRAILER - 1) + 1
    file.write(Trailer(part, record_length, schema_length, records, segments).to_bytes())


class RecordFile:
    """A file of records, open for reading; its manifest must agree with its length and with the version's list."""

    def __init__(self, path: pathlib.Path, key: bytes, associated: bytes, part: str, record_length: int) -> None:
        self._file = SealedFile(path, key, associated)
        trailer = self._trailer()
        if trailer is None or trailer.part != part or trailer.record_length != record_length:
            self._file.close()
            raise VaultError(f"{path}: its sealed manifest is missing or says otherwise than the version's list. Restore it from a backup.")
        self.records = trailer.records
        self._record_length, self._start = record_length, trailer.schema_length
        self.schema = self._file.read_at(0, trailer.schema_length)

    def read(self, index: int) -> bytes:
        """One record."""
        return self._file.read_at(self._start + index * self._record_length, self._record_length)

    def chunks(self) -> Iterator[bytes]:
        """All records, many at once."""
        step = max(1, _AT_ONCE // self._record_length)
        for first in range(0, self.records, step):
            yield self._file.read_at(self._start + first * self._record_length, min(step, self.records - first) * self._record_length)

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> "RecordFile":
        return self

    def __exit__(self, *ended: object) -> None:
        self.close()

    def _trailer(self) -> "Trailer | None":
        length = self._file.length
        if length < TRAILER:
            return None
        magic, form, part, record, schema, records, segments, body = _TRAILER.unpack(self._file.read_at(length - TRAILER, TRAILER))
        agrees = (magic == b"FLVM" and form == 1 and part < len(PARTS) and record > 0 and schema >= 0 and records >= 0
                  and body == schema + records * record == length - TRAILER and segments == self._file.segments)
        return Trailer(PARTS[part], record, schema, records, segments) if agrees else None
