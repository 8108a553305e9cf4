import hashlib

import numpy as np
import pytest
from fedlearn.digest import BlockDigest, digest_of, digest_of_parts


def reference(data):
    return hashlib.sha256(b"".join(hashlib.sha256(data[i: i + (1 << 20)]).digest() for i in range(0, len(data), 1 << 20))).digest()


@pytest.mark.parametrize("length", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20])
def test_digest_any_length_is_that_of_its_blocks(length):
    data = np.random.default_rng(length).bytes(length)
    assert digest_of(data) == reference(data)


def test_digest_however_the_bytes_are_cut_is_the_same():
    random = np.random.default_rng(1)
    data = random.bytes(2_500_000)
    for _ in range(20):
        digest, at = BlockDigest(), 0
        while at < len(data):
            step = int(random.integers(1, 1_500_000))
            digest.update(memoryview(data)[at: at + step])
            at += step
        assert digest.digest() == reference(data)


def test_parts_digest_of_nothing_is_that_of_no_bytes():
    assert digest_of_parts([]) == hashlib.sha256(b"").digest()
