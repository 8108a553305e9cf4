"""Finished updates, sealed until the coordinator's last word on them: `update.ROUND.HEX(run)`, the parts' bytes, the header, its length (4 bytes)."""
from __future__ import annotations

import re
import struct
from typing import Iterable, List, Optional, Tuple

from google.protobuf.message import DecodeError

from ..errors import VaultError
from ..v1 import federation_pb2 as pb
from ..vault.sealed import SealedFile
from ..vault.store import SealedStore

PendingKey = Tuple[str, int]
"""Run and round."""


class PendingUpdate:
    """A kept update, open for reading."""

    def __init__(self, header: "pb.UpdateHeader", file: SealedFile) -> None:
        self.header, self._file = header, file

    def read(self, offset: int, length: int) -> bytes:
        """Bytes of its parts, one after the other."""
        return self._file.read_at(offset, length)

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> "PendingUpdate":
        return self

    def __exit__(self, *ended: object) -> None:
        self.close()


class PendingUpdates:
    """Nothing here waits for the disk: what the page cache holds survives this process however it ends. What a power cut tears does not open, and its
    round is trained again, for nobody was told that the update is safe."""

    def __init__(self, store: SealedStore) -> None:
        self._store = store

    def list(self) -> List[PendingKey]:
        return [key for key in map(_key_of, self._store.names()) if key is not None]

    def save(self, key: PendingKey, parts: Iterable[bytes], header: "pb.UpdateHeader") -> None:
        """Keeps an update. The header is asked for once all parts have been written, for it holds their digests."""
        with self._store.writer(_name_of(key)) as file:
            for data in parts:
                file.write(data)
            content = header.SerializeToString()
            file.write(content + struct.pack("<i", len(content)))
            file.commit(durable=False)

    def open(self, key: PendingKey) -> Optional[PendingUpdate]:
        """A kept update; None where there is none, VaultError where it is damaged."""
        if not self._store.exists(_name_of(key)):
            return None
        file = self._store.open(_name_of(key))
        try:
            return PendingUpdate(_header_of(file), file)
        except (struct.error, DecodeError, ValueError):
            file.close()
            raise VaultError(f"the update kept for round {key[1]} of run {key[0]} has no readable header") from None
        except BaseException:
            file.close()
            raise

    def delete(self, key: PendingKey) -> None:
        self._store.delete(_name_of(key), durable=False)


def _header_of(file: SealedFile) -> "pb.UpdateHeader":
    if file.length < 4:
        raise ValueError
    (length,) = struct.unpack("<i", file.read_at(file.length - 4, 4))
    if not 0 <= length <= file.length - 4:
        raise ValueError
    return pb.UpdateHeader.FromString(file.read_at(file.length - 4 - length, length))


def _name_of(key: PendingKey) -> str:
    return f"update.{key[1]}.{key[0].encode().hex()}"


def _key_of(name: str) -> Optional[PendingKey]:
    found = re.fullmatch(r"update\.(\d+)\.((?:[0-9a-f]{2})+)", name)
    return (bytes.fromhex(found[2]).decode(), int(found[1])) if found else None
