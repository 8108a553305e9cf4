"""Verifies a version before it is used: signed, as it was announced, and a descendant of the version that this worker knew last."""
from __future__ import annotations

import hashlib
import threading
from typing import Any, Callable, Dict, Iterable, List, Optional, Tuple

from ..errors import RefusedError
from ..v1 import federation_pb2 as pb
from ..vault.store import SealedStore
from .key import CoordinatorKey, StatementKey
from .statements import parse

FetchManifests = Callable[[str, int, int], List["pb.SignedStatement"]]


class KnownVersions:
    """The last version of each run that was verified, sealed. It stays when a run is over: one that comes back must go on from there."""

    def __init__(self, store: SealedStore) -> None:
        self._store = store

    def find(self, run_id: str) -> Optional[Tuple[int, str]]:
        """Number and manifest's hash; None for a run that is new here."""
        content = self._store.read(_known(run_id))
        if content is None:
            return None
        version, digest = content.decode().split(" ")
        return int(version), digest

    def keep(self, run_id: str, version: int, digest: str) -> None:
        self._store.write(_known(run_id), f"{version} {digest}".encode())


class VersionChain:
    """`fetch` asks the coordinator for the manifests of a run from one version to another: some of them, from the first on."""

    def __init__(self, key: CoordinatorKey, known: KnownVersions, fetch: FetchManifests) -> None:
        self._key, self._known, self._fetch = key, known, fetch
        self._turn = threading.Lock()

    def verify(self, run_id: str, version: int, digest: bytes, signed: "pb.SignedStatement", spec_digest: str, model_hash: str,
               state: Iterable["pb.StateVector"] = (), may_be_older: bool = False) -> None:
        """RefusedError where the version is not to be used; the message says why. Of a coordinator that signs nothing all is taken."""
        key = self._key.key
        if key is None:
            return
        manifest, name = _read(key, signed, run_id, version)
        _require(manifest.get("parameters") == digest.hex(),
                 f"the manifest of version {version} is of parameters {manifest.get('parameters')}, the assignment says {digest.hex()}")
        _require(manifest.get("spec") == spec_digest, f"version {version} was made under another spec than the one that was announced")
        _require(manifest.get("model") == model_hash, f"version {version} is of another model than the one that was announced")
        for vector in state:
            _require(manifest.get("state", {}).get(vector.name) == vector.digest.hex(),
                     f"the manifest of version {version} knows no state '{vector.name}' of the digest that the assignment says")
        with self._turn:
            self._follow(key, run_id, version, str(manifest.get("parent")), name, may_be_older)

    def _follow(self, key: StatementKey, run_id: str, version: int, parent: str, name: str, may_be_older: bool) -> None:
        last = self._known.find(run_id)
        if last is None:
            self._known.keep(run_id, version, name)
        elif version < last[0]:
            _require(may_be_older, f"version {version} is older than version {last[0]}, which this worker knows: the run was set back")
            _require(self._walk(key, run_id, name, version, last[0] + 1) == last[1],
                     f"version {last[0]}, which this worker knows, does not follow from version {version}")
        elif version == last[0]:
            _require(name == last[1], f"version {version} has the manifest {name}; this worker knows it by {last[1]}")
        else:
            _require(parent == self._walk(key, run_id, last[1], last[0], version),
                     f"version {version} does not follow from version {last[0]}, which this worker knows")
            self._known.keep(run_id, version, name)

    def _walk(self, key: StatementKey, run_id: str, name: str, version: int, before: int) -> str:
        """The hash of the version before one, by the parents from a version on whose hash is known."""
        while version + 1 < before:
            manifests = self._fetch(run_id, version + 1, before - 1)
            _require(len(manifests) > 0, f"the coordinator has no manifest of version {version + 1}")
            for signed in manifests[: before - 1 - version]:
                version += 1
                manifest, following = _read(key, signed, run_id, version)
                _require(manifest.get("parent") == name, f"version {version} does not follow from the one before it")
                name = following
        return name


def _read(key: StatementKey, signed: "pb.SignedStatement", run_id: str, version: int) -> Tuple[Dict[str, Any], str]:
    _require(len(signed.statement) > 0, f"version {version} came without a manifest")
    _require(key.has_signed(signed.statement, signed.signature), f"the manifest of version {version} is not signed by the coordinator's key {key.id}")
    try:
        manifest = parse(signed.statement, "version")
    except ValueError:
        raise RefusedError(f"the manifest of version {version} cannot be read; it is not used") from None
    _require((manifest.get("run"), manifest.get("version")) == (run_id, version),
             f"the manifest of version {version} is of version {manifest.get('version')} of run {manifest.get('run')}")
    return manifest, hashlib.sha256(signed.statement).hexdigest()


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise RefusedError(f"{otherwise}; it is not used")


def _known(run_id: str) -> str:
    return f"known.{run_id.encode().hex()}"
