"""The wrapped data keys of a folder: `keyring.json` names the key-encryption key and the current set, `keys/SET/ID.key` holds a wrapped key each."""
from __future__ import annotations

import json
import os
import pathlib
from typing import Any, Dict, Set

from ..errors import VaultError
from . import files
from .keys import KeySource

FORMAT = "fedlearn-keys/1"
DATA_KEY = 32


class KeyRing:
    """A folder's keys; held open, it keeps rotation out."""

    def __init__(self, folder: pathlib.Path, source: KeySource) -> None:
        self._lock = files.FolderLock(folder)
        try:
            record = _read(folder)
            self._key = source.open(record["key"])
            self._set = folder / "keys" / str(record["set"])
            _remove_other_sets(self._set)
        except BaseException:
            self._lock.close()
            raise

    @staticmethod
    def exists(folder: pathlib.Path) -> bool:
        return (folder / "keyring.json").exists()

    @classmethod
    def create(cls, folder: pathlib.Path, source: KeySource) -> "KeyRing":
        """Starts an empty ring under the source's key."""
        files.create_folder(folder)
        with files.FolderLock(folder, exclusive=True):
            if cls.exists(folder):
                raise VaultError(f"{folder} has keys already")
            record = {"format": FORMAT, "set": 1, "key": source.create().descriptor}
            files.create_folder(folder / "keys" / "1")
            files.replace(folder / "keyring.json", json.dumps(record, indent=2).encode())
        return cls(folder, source)

    @classmethod
    def open_or_create(cls, folder: pathlib.Path, source: KeySource) -> "KeyRing":
        return cls(folder, source) if cls.exists(folder) else cls.create(folder, source)

    def new_key(self, key_id: str) -> bytes:
        """Draws a data key and keeps it wrapped, durably."""
        data_key = os.urandom(DATA_KEY)
        files.replace(self._path(key_id), self._key.wrap(data_key))
        return data_key

    def unwrap(self, key_id: str) -> bytes:
        """A data key; VaultError where it is gone or does not unwrap."""
        path = self._path(key_id)
        if not path.exists():
            raise VaultError(f"the key {path} is gone: the data was destroyed on purpose, or the key must come from a backup")
        data_key = self._key.unwrap(path.read_bytes())
        if data_key is None or len(data_key) != DATA_KEY:
            raise VaultError(f"the key {path} does not unwrap: it was changed or belongs to another vault. Restore it from a backup.")
        return data_key

    def holds(self, key_id: str) -> bool:
        return self._path(key_id).exists()

    def destroy_all_but(self, needed: Set[str]) -> None:
        """Destroys the keys of an import that did not end."""
        for path in self._set.glob("*.key"):
            if path.stem not in needed:
                files.shred(path)

    def close(self) -> None:
        self._lock.close()

    def _path(self, key_id: str) -> pathlib.Path:
        return self._set / f"{key_id}.key"


def _read(folder: pathlib.Path) -> Dict[str, Any]:
    path = folder / "keyring.json"
    try:
        record = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise VaultError(f"there is no vault at {folder}: no keyring.json") from None
    except ValueError as fault:
        raise VaultError(f"{path} is damaged: {fault}. Restore it from a backup.") from None
    key = record.get("key") if isinstance(record, dict) else None
    if not isinstance(key, dict) or record.get("format") != FORMAT or not isinstance(record.get("set"), int) or record["set"] < 1 or not key.get("kind") or not key.get("id"):
        raise VaultError(f"{path} must have format {FORMAT}; a newer program may have written it")
    return dict(record)


def _remove_other_sets(current: pathlib.Path) -> None:
    # A rotation replaced them or did not finish them: they may be wrapped under a key that has leaked.
    for other in current.parent.iterdir():
        if other.is_dir() and other != current:
            for file in other.iterdir():
                files.shred(file)
            other.rmdir()
