import math
import struct

import numpy as np
import pytest
from fedlearn.training.encodings import BLOCK, GROUP, byte_length, decode_topk, encode, noise_for

VALUES = np.random.default_rng(5).normal(size=BLOCK + 3_000).astype("<f4")


def encoded(values, encoding, **more):
    return b"".join(encode(values, encoding, noise_for(1, 2, "a"), **more))


@pytest.mark.parametrize("encoding", ["f32", "bf16", "int8", "topk"])
@pytest.mark.parametrize("count", [1, 5, 1_023, 1_024, 1_025, BLOCK, BLOCK + 1, BLOCK + 3_000])
def test_encode_any_length_has_the_bytes_that_the_layout_says(encoding, count):
    assert len(encoded(VALUES[:count], encoding)) == byte_length(count, encoding)


def test_f32_is_the_values_themselves():
    assert encoded(VALUES, "f32") == VALUES.tobytes()


def test_bf16_rounds_to_the_nearest_and_from_the_middle_to_even():
    # 1 + 2^-8 lies in the middle of 1 and 1 + 2^-7, and 1 + 3 * 2^-8 in the middle of 1 + 2^-7 and 1 + 2^-6.
    values = np.array([1, 1 + 2**-8, 1 + 3 * 2**-8, 1 + 2**-8 + 2**-20, -2.5], dtype="<f4")
    upper = np.frombuffer(encoded(values, "bf16"), "<u2").astype("<u4") << 16
    assert list(upper.astype("<u4").view("<f4")) == [1, 1, 1 + 2**-6, 1 + 2**-7, -2.5]


def test_bf16_value_that_would_become_infinite_is_an_error():
    with pytest.raises(OverflowError):
        encoded(np.array([np.finfo(np.float32).max], dtype="<f4"), "bf16")


def decode_int8(data, count):
    values = []
    while count:
        n = min(GROUP, count)
        (scale,) = struct.unpack_from("<f", data)
        assert scale >= 0 and math.isfinite(127 * scale)
        steps = np.frombuffer(data, np.int8, n, 4)
        assert steps.min() >= -127
        values.append(steps.astype(np.float32) * np.float32(scale))
        data, count = data[4 + n:], count - n
    return np.concatenate(values)


def test_int8_error_is_below_the_groups_scale_and_nothing_on_average():
    values = VALUES[:3_000]
    trials = [decode_int8(b"".join(encode(values, "int8", noise_for(1, round_number, "a"))), 3_000) for round_number in range(400)]
    scale = np.concatenate([np.full(min(GROUP, 3_000 - i), np.abs(values[i: i + GROUP]).max() / 127) for i in range(0, 3_000, GROUP)])
    assert all(np.all(np.abs(t - values) < scale * 1.001) for t in trials)
    # The mean of 400 has a standard deviation of at most scale / 40; of 3,000 such means none lies beyond six of them.
    assert np.all(np.abs(np.mean(trials, axis=0) - values) < scale * 6 / 40)


def test_int8_of_zeros_is_zeros_and_the_same_update_has_the_same_bytes():
    assert encoded(np.zeros(5, "<f4"), "int8") == bytes(9)
    assert encoded(VALUES, "int8") == encoded(VALUES, "int8")


def test_topk_sends_the_largest_and_of_equal_ones_the_first():
    values = np.array([1, -3, 3, 0, 2, -3], dtype="<f4")
    assert list(decode_topk(encoded(values, "topk", top_k=0.34), 6)) == [0, -3, 3, 0, 0, -3]
    assert list(decode_topk(encoded(values, "topk", top_k=0.3), 6)) == [0, -3, 3, 0, 0, 0]
