"""A participant's encrypted data: read, written and verified, in the format of docs/vault-format.md."""
from __future__ import annotations

import datetime
import hashlib
import json
import pathlib
import secrets
from typing import Any, Dict, Iterable, List, Union

from ..errors import VaultError
from . import events, files
from .keyring import KeyRing
from .keys import KeySource, PathText
from .records import RecordFile, write_trailer
from .sealed import SealedWriter
from .split import TestSplit
from .versions import TEST, TRAIN, VaultFile, VaultVersion, find_version, read_versions, write_version

Selector = Union[int, str, VaultVersion, None]


class DataVault:
    """A folder of sealed records in immutable versions.

        vault = DataVault("vault", KeyFile("vault.key"))
        records, schema = vault.read("train"), vault.schema()
    """

    def __init__(self, folder: PathText, key: KeySource, create: bool = False) -> None:
        self.folder = pathlib.Path(folder)
        self._ring = KeyRing.open_or_create(self.folder, key) if create else KeyRing(self.folder, key)

    def versions(self) -> List[VaultVersion]:
        """All versions, oldest first."""
        return read_versions(self.folder)

    def find(self, version: Selector = None) -> VaultVersion:
        """The version of a number or name (at least 6 characters of it); the latest for None."""
        return version if isinstance(version, VaultVersion) else find_version(self.folder, version)

    def schema(self, version: Selector = None) -> Dict[str, Any]:
        """The records' schema."""
        found = self.find(version)
        with self._open(found, found.files[0]) as file:
            return dict(json.loads(file.schema))

    def read(self, part: str = TRAIN, version: Selector = None) -> bytes:
        """All records of a part, one after the other, in memory; first the listed SHA-256 of each of its files is checked."""
        found = self.find(version)
        taken: List[bytes] = []
        for listed in found.files:
            if listed.part == part:
                self._check_listed(listed)
                with self._open(found, listed) as file:
                    taken.extend(file.chunks())
        return b"".join(taken)

    def verify(self, version: Selector = None) -> int:
        """Reads everything of a version; how many records it has. VaultError says what is damaged."""
        found, records = self.find(version), 0
        for listed in found.files:
            self._check_listed(listed)
            with self._open(found, listed) as file:
                records += sum(len(chunk) for chunk in file.chunks()) // found.record_length
        return records

    def write(self, schema: bytes, record_length: int, records: Iterable[bytes], test_fraction: float = 0.0, seed: int = 1, append: bool = False) -> VaultVersion:
        """Seals records as a new version. A source that breaks halfway leaves everything as it was.

        schema: canonical UTF-8 JSON, as docs/vault-format.md has it; participants of a run share its SHA-256.
        append: the new version lists the latest one's files too, which must have the same schema."""
        with files.FolderLock(self.folder, "import.lock", exclusive=True):
            for name in ("files", "tmp", "versions"):
                files.create_folder(self.folder / name)
            self._remove_leftovers()
            try:
                return self._import(schema, record_length, records, TestSplit(test_fraction, seed), append)
            except BaseException:
                self._remove_leftovers()
                raise

    def close(self) -> None:
        self._ring.close()

    def __enter__(self) -> "DataVault":
        return self

    def __exit__(self, *ended: object) -> None:
        self.close()

    def _import(self, schema: bytes, record_length: int, records: Iterable[bytes], split: TestSplit, append: bool) -> VaultVersion:
        older, digest = read_versions(self.folder), hashlib.sha256(schema).hexdigest()
        basis: List[VaultFile] = []
        if append:
            latest = self.find()
            if (latest.schema_digest, latest.record_length) != (digest, record_length):
                raise VaultError(f"cannot append to version {latest.number}: its schema has SHA-256 {latest.schema_digest}, the source's {digest}")
            if not all(self._ring.holds(f.id) for f in latest.files):
                raise VaultError(f"cannot append to version {latest.number}: it was destroyed. Import without append.")
            basis = list(latest.files)
        number, version_id = max((v.number for v in older), default=0) + 1, secrets.token_hex(16)
        created = datetime.datetime.now(datetime.timezone.utc).isoformat()
        version = VaultVersion(number, version_id, created, digest, record_length, [])
        sealed = self._seal(version, schema, records, split)
        if not sealed:
            raise VaultError("the source has no records: nothing was imported")
        version = VaultVersion(number, version_id, created, digest, record_length, basis + sealed)
        events.imported(self.folder, version)
        write_version(self.folder, version)
        return version

    def _seal(self, version: VaultVersion, schema: bytes, records: Iterable[bytes], split: TestSplit) -> List[VaultFile]:
        writers: Dict[str, _PartWriter] = {}
        try:
            for index, record in enumerate(records):
                if len(record) != version.record_length:
                    raise VaultError(f"record {index} has {len(record)} bytes; {version.record_length} are expected")
                part = split.part_of(index)
                if part not in writers:
                    writers[part] = _PartWriter(self.folder, self._ring, version, part, schema)
                writers[part].write(record)
            return [writers[part].commit() for part in (TRAIN, TEST) if part in writers]
        finally:
            for writer in writers.values():
                writer.file.close()

    def _open(self, version: VaultVersion, listed: VaultFile) -> RecordFile:
        path = self.folder / "files" / f"{listed.id}.sealed"
        file = RecordFile(path, self._ring.unwrap(listed.id), version.binding(listed.origin), listed.part, version.record_length)
        if hashlib.sha256(file.schema).hexdigest() != version.schema_digest:
            file.close()
            raise VaultError(f"{path}: its schema is not the version's. Restore it from a backup.")
        return file

    def _check_listed(self, listed: VaultFile) -> None:
        path, digest = self.folder / "files" / f"{listed.id}.sealed", hashlib.sha256()
        try:
            with open(path, "rb") as file:
                for block in iter(lambda: file.read(1 << 20), b""):
                    digest.update(block)
        except FileNotFoundError:
            raise VaultError(f"{path} is missing: the data was destroyed on purpose, or must come from a backup") from None
        if digest.hexdigest() != listed.digest:
            raise VaultError(f"{path} is not the file that the version lists: its SHA-256 must be {listed.digest} and is {digest.hexdigest()}. Restore it from a backup.")

    def _remove_leftovers(self) -> None:
        needed = {f.id for version in read_versions(self.folder) for f in version.files}
        self._ring.destroy_all_but(needed)
        left = [p for p in (self.folder / "files").iterdir() if p.stem not in needed]
        for path in [*left, *(self.folder / "tmp").iterdir(), *(self.folder / "versions").glob("*.tmp")]:
            files.delete(path)


class _PartWriter:
    """The records of one part, on their way into one sealed file."""

    def __init__(self, vault: pathlib.Path, ring: KeyRing, version: VaultVersion, part: str, schema: bytes) -> None:
        self._id, self._version, self._part, self._schema, self._records = secrets.token_hex(16), version, part, len(schema), 0
        key = ring.new_key(self._id)
        self.file = SealedWriter(vault / "files" / f"{self._id}.sealed", vault / "tmp", key, version.binding(version.id))
        self.file.write(schema)

    def write(self, record: bytes) -> None:
        self.file.write(record)
        self._records += 1

    def commit(self) -> VaultFile:
        write_trailer(self.file, self._part, self._version.record_length, self._schema, self._records)
        length, digest = self.file.commit()
        return VaultFile(self._id, self._version.id, self._part, length, digest)
