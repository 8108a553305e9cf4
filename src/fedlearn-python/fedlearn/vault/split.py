"""Which records of an import are for testing: a draw that depends on neither their number nor their content."""
from __future__ import annotations

import hashlib
import hmac
import struct

from ..errors import VaultError
from .versions import TEST, TRAIN


class TestSplit:
    """A record is for testing where the first 64 bits of HMAC-SHA256(k, index), as a fraction of 2^64, are below the fraction."""

    __test__ = False

    def __init__(self, fraction: float, seed: int) -> None:
        if not 0 <= fraction < 1:
            raise VaultError(f"a test fraction from 0 to below 1 is expected, not {fraction}")
        self._fraction = fraction
        self._key = hmac.digest(b"fedlearn test split", struct.pack("<q", seed), hashlib.sha256)

    def part_of(self, index: int) -> str:
        (draw,) = struct.unpack_from("<Q", hmac.digest(self._key, struct.pack("<q", index), hashlib.sha256))
        return TEST if draw / 2**64 < self._fraction else TRAIN
