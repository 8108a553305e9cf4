"""The operator's word: where to enrol, which root to expect there, and a secret that serves once."""
from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ..errors import FederationError

PREFIX = "fedlearn-invitation-"
FORMAT = 1
_FIXED = 1 + 32 + 32 + 4


@dataclass(frozen=True)
class Invitation:
    """`identity.proto` says how its bytes lie."""

    secret: bytes = field(repr=False)
    root_hash: bytes
    address: str

    @classmethod
    def parse(cls, text: str) -> "Invitation":
        """Reads the word; blanks and line ends in it are passed over. FederationError never repeats it, for it is a secret."""
        word = "".join(text.split())
        if not word.startswith(PREFIX):
            raise FederationError(f"expected a word that begins with {PREFIX}, as `fedlearn pki invite` prints it")
        content = _decode(word[len(PREFIX):])
        if len(content) <= _FIXED or hashlib.sha256(content[:-4]).digest()[:4] != content[-4:]:
            raise FederationError("the invitation is incomplete or changed; copy the whole word, or ask for a new one")
        address = content[65:-4].decode("utf-8", "replace")
        if content[0] != FORMAT or not _is_address(address):
            raise FederationError(f"the invitation is of another version of FedLearn (format {content[0]}, this one reads {FORMAT}); use the version of the coordinator")
        return cls(content[1:33], content[33:65], address)


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def _is_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme == "https" and bool(parts.hostname) and parts.path in ("", "/") and not parts.query and not parts.fragment and parts.username is None
