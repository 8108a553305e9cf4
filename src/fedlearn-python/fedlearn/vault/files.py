"""Files that are whole or not there, for their owner alone; and locks that the system frees however a process ends."""
from __future__ import annotations

import fcntl
import os
import pathlib
import secrets
import stat
from typing import IO, Any

from ..errors import VaultError


def create_folder(path: pathlib.Path) -> None:
    """A folder for its owner alone, as those above it that it makes are."""
    if not path.parent.exists():
        create_folder(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)


def open_new(path: pathlib.Path) -> "IO[bytes]":
    """A new file for its owner alone, opened for writing."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def sync_folder(path: pathlib.Path) -> None:
    """Makes renames and deletions in a folder durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace(path: pathlib.Path, content: bytes) -> None:
    """Writes a file whole and durably, over an older one."""
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with open_new(temporary) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def shred(path: pathlib.Path) -> None:
    """Overwrites and removes a small secret file."""
    with open(path, "r+b") as file:
        file.write(b"\0" * os.fstat(file.fileno()).st_size)
        file.flush()
        os.fsync(file.fileno())
    delete(path)


def delete(path: pathlib.Path) -> None:
    """Removes a file durably; one that is not there is no error."""
    path.unlink(missing_ok=True)
    if path.parent.exists():
        sync_folder(path.parent)


def read_secret(path: pathlib.Path, what: str) -> bytes:
    """The content of a file that only its owner may read."""
    if not path.exists():
        raise VaultError(f"there is no {what} at {path}")
    if path.stat().st_mode & (stat.S_IRGRP | stat.S_IWGRP | stat.S_IROTH | stat.S_IWOTH):
        raise VaultError(f"others may read or change the {what} at {path}; make it yours alone: chmod 600 {path}")
    return path.read_bytes()


class FolderLock:
    """A folder's lock: many hold it to read and add, one alone to rotate. The C# programs take the very same locks (flock)."""

    def __init__(self, folder: pathlib.Path, name: str = "keyring.lock", exclusive: bool = False) -> None:
        path = folder / name
        try:
            flags = os.O_RDWR | os.O_CREAT if exclusive else os.O_RDONLY
            self._file: "IO[Any]" = os.fdopen(os.open(path, flags, 0o600), "r+b" if exclusive else "rb")
        except FileNotFoundError:
            raise VaultError(f"there is no vault at {folder}") from None
        try:
            fcntl.flock(self._file, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise VaultError(f"{folder} is in use by another process ({name} is locked); let it end or stop it, then try again") from None

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> "FolderLock":
        return self

    def __exit__(self, *ended: object) -> None:
        self.close()
