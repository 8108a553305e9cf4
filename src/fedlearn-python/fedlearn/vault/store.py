"""A folder of sealed files by name: what a worker keeps besides its samples. The same folder serves a C# worker."""
from __future__ import annotations

import pathlib
import re
from typing import List, Optional

from . import files
from .keyring import KeyRing
from .keys import KeySource
from .sealed import SealedFile, SealedWriter

_NAME = re.compile(r"(?!\.)[A-Za-z0-9_.-]{1,200}")


class SealedStore:
    """One process at a time; each file is bound to its name, so that none can stand in for another."""

    def __init__(self, folder: pathlib.Path, source: KeySource) -> None:
        files.create_folder(folder)
        self._folder, self._temporary = folder, folder / "tmp"
        self._lock = files.FolderLock(folder, "store.lock", exclusive=True)
        try:
            self._ring = KeyRing.open_or_create(folder, source)
        except BaseException:
            self._lock.close()
            raise
        try:
            # Only an empty store may draw its key: where files lie without one, the missing key is what must be reported.
            is_new = not self._ring.holds("store") and not self.names()
            self._key = self._ring.new_key("store") if is_new else self._ring.unwrap("store")
        except BaseException:
            self.close()
            raise
        files.create_folder(self._temporary)
        for left in self._temporary.iterdir():
            left.unlink()

    def names(self) -> List[str]:
        """The files' names, sorted."""
        return sorted(path.name[: -len(".sealed")] for path in self._folder.glob("*.sealed"))

    def exists(self, name: str) -> bool:
        return self._path(name).exists()

    def writer(self, name: str) -> SealedWriter:
        """Starts a file; it appears, whole, at its commit."""
        return SealedWriter(self._path(name), self._temporary, self._key, _binding(name))

    def open(self, name: str) -> SealedFile:
        """Opens a file; VaultError where there is none, or it was cut."""
        return SealedFile(self._path(name), self._key, _binding(name))

    def write(self, name: str, content: bytes) -> None:
        """Writes a small file, durably."""
        with self.writer(name) as file:
            file.write(content)
            file.commit()

    def read(self, name: str) -> Optional[bytes]:
        """A small file's content; None where there is none."""
        if not self.exists(name):
            return None
        with self.open(name) as file:
            return file.read_at(0, file.length)

    def delete(self, name: str, durable: bool = True) -> None:
        """Removes a file; one that is not there is no error."""
        if durable:
            files.delete(self._path(name))
        else:
            self._path(name).unlink(missing_ok=True)

    def close(self) -> None:
        self._ring.close()
        self._lock.close()

    def _path(self, name: str) -> pathlib.Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"a name of 1 to 200 of A-Z, a-z, 0-9, '-', '_', '.' is expected, not '{name}'")
        return self._folder / f"{name}.sealed"


def _binding(name: str) -> bytes:
    return b"fedlearn-store/1\0" + name.encode()
