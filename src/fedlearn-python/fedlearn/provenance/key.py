"""The key that the coordinator signs with: pinned at the first Join, and no other taken from then on."""
from __future__ import annotations

import hashlib
import logging
from typing import Optional

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from ..errors import FederationError
from ..vault.store import SealedStore

log = logging.getLogger("fedlearn")
_NAME = "coordinator-key"


class StatementKey:
    """An ECDSA key over P-256; ValueError where the bytes are none."""

    def __init__(self, der: bytes) -> None:
        key = load_der_public_key(der)
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise ValueError("expected a key on the curve P-256")
        self.der, self._key = der, key

    @property
    def id(self) -> str:
        return hashlib.sha256(self.der).hexdigest()

    def has_signed(self, statement: bytes, signature: bytes) -> bool:
        try:
            self._key.verify(signature, statement, ec.ECDSA(hashes.SHA256()))
            return True
        except InvalidSignature:
            return False


class CoordinatorKey:
    """What is known of the coordinator's key."""

    def __init__(self, store: SealedStore) -> None:
        self._store = store
        self.key: Optional[StatementKey] = None

    def take(self, told: bytes, coordinator: str) -> None:
        """Takes what Join says. FederationError where it is another one than before, none any more, or no key."""
        known = self._store.read(_NAME)
        if known is None and not told:
            log.warning("the coordinator %s signs nothing: it is from before receipts were signed, and nothing of this federation can be proven afterwards", coordinator)
            return
        if known is not None and told != known:
            what = f"the key {hashlib.sha256(told).hexdigest()}" if told else "no key"
            raise FederationError(
                f"the coordinator at {coordinator} signs with {what}; this worker knows it by the key {hashlib.sha256(known).hexdigest()}, so this may be another "
                "one in its place. Ask its operator, on another way than this connection; where the key was really changed, start with an empty state folder")
        try:
            self.key = StatementKey(told)
        except ValueError:
            raise FederationError(f"the coordinator at {coordinator} told a signing key of {len(told)} bytes that is not one; expected a key on the curve P-256") from None
        if known is None:
            self._store.write(_NAME, told)
            log.info("the coordinator %s signs with the key %s; from now on no other is taken from it", coordinator, self.key.id)
