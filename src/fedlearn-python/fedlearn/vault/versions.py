"""The version lists of a vault, `versions/NUMBER.json`: each written once, in the clear."""
from __future__ import annotations

import hashlib
import json
import pathlib
import re
from dataclasses import dataclass
from typing import Any, List, Optional, Sequence, Union

from ..errors import VaultError
from . import files

FORMAT = "fedlearn-vault/1"
TRAIN, TEST = "train", "test"
PARTS = (TRAIN, TEST)


@dataclass(frozen=True)
class VaultFile:
    """One sealed file of a version. `origin` is the id of the version that it was made for."""

    id: str
    origin: str
    part: str
    length: int
    digest: str


@dataclass(frozen=True)
class VaultVersion:
    """An immutable list of sealed files."""

    number: int
    id: str
    created: str
    schema_digest: str
    record_length: int
    files: Sequence[VaultFile]

    @property
    def name(self) -> str:
        """The public name: SHA-256 over the SHA-256 values of the sealed files, in order."""
        return hashlib.sha256(b"".join(bytes.fromhex(f.digest) for f in self.files)).hexdigest()

    def binding(self, origin: str) -> bytes:
        """The associated data of a file that was made for the version `origin`."""
        return FORMAT.encode() + b"\0" + bytes.fromhex(origin) + bytes.fromhex(self.schema_digest)


def read_versions(vault: pathlib.Path) -> List[VaultVersion]:
    """All versions, oldest first."""
    return sorted((_read(path) for path in (vault / "versions").glob("*.json")), key=lambda version: version.number)


def find_version(vault: pathlib.Path, selector: Union[int, str, None] = None) -> VaultVersion:
    """The version of a number, or of a name (at least 6 characters of it); the latest for None."""
    versions = read_versions(vault)
    if not versions:
        raise VaultError(f"the vault at {vault} has no version yet: import data first")
    text = None if selector is None else str(selector)
    found = [v for v in versions if text is None or str(v.number) == text or (len(text) >= 6 and v.name.startswith(text.lower()))]
    if not found:
        raise VaultError(f"the vault at {vault} has no version '{text}'; it has {', '.join(str(v.number) for v in versions)}")
    return found[-1]


def write_version(vault: pathlib.Path, version: VaultVersion) -> None:
    """Makes a version visible: the last step of an import."""
    content = {
        "format": FORMAT, "number": version.number, "id": version.id, "created": version.created, "schemaDigest": version.schema_digest,
        "recordLength": version.record_length, "files": [vars(f) for f in version.files]}
    files.replace(vault / "versions" / f"{version.number}.json", json.dumps(content, indent=2).encode())


def _read(path: pathlib.Path) -> VaultVersion:
    try:
        content: Any = json.loads(path.read_bytes())
        if content.get("format") != FORMAT:
            raise VaultError(f"{path} must have format {FORMAT}, not {content.get('format')}; a newer program may have written it")
        listed = [VaultFile(f["id"], f["origin"], f["part"], f["length"], f["digest"]) for f in content["files"]]
        version = VaultVersion(content["number"], content["id"], content["created"], content["schemaDigest"], content["recordLength"], listed)
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise VaultError(f"{path} is damaged: {fault}. Restore it from a backup.") from None
    problem = _problem(version)
    if problem:
        raise VaultError(f"{path} is damaged: {problem}. Restore it from a backup.")
    return version


def _problem(version: VaultVersion) -> Optional[str]:
    if version.number < 1 or version.record_length < 1 or not version.files:
        return "a number or record length below 1, or no files"
    # Ids become file names, so what is read here decides which files are touched.
    hexes = [(version.id, 32), (version.schema_digest, 64)] + [pair for f in version.files for pair in ((f.id, 32), (f.origin, 32), (f.digest, 64))]
    if not all(isinstance(text, str) and re.fullmatch(f"[0-9a-f]{{{length}}}", text) for text, length in hexes):
        return "an id or digest is not hex"
    return None if all(f.part in PARTS for f in version.files) else "a part is neither train nor test"
