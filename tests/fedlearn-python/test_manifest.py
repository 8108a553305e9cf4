import numpy as np
import pytest
from fedlearn import safetensors
from fedlearn.errors import RefusedError
from fedlearn.training.manifest import Manifest, TensorShape
from fedlearn.training.spec import ClientSettings, parse_spec

MANIFEST = Manifest([TensorShape("a", (2, 3)), TensorShape("s", ()), TensorShape("b", (4,))])


def test_split_then_join_gives_the_vector_back():
    vector = np.arange(MANIFEST.size, dtype="<f4")
    arrays = MANIFEST.split(vector)
    assert arrays["a"].shape == (2, 3) and arrays["s"].shape == () and arrays["b"][0] == 7
    assert np.array_equal(MANIFEST.join(arrays), vector)


def test_hash_is_that_of_the_protocols_page():
    assert Manifest([TensorShape("w", (2, 3))]).hash == "2ce252e0463d455117a05d241abe1ae963d743de8719484c916111d7a4cfd780"
    assert Manifest([TensorShape("é+😀", ())]).hash == "dd258fe135b546634f6997c4e991c62f2ca16c0cee0e88c0581db5fa9713f154"


@pytest.mark.parametrize("change, words", [
    (lambda a: a.pop("b"), "no tensor 'b'"), (lambda a: a.update(c=np.zeros(1)), "does not have: c"), (lambda a: a.update(a=np.zeros((3, 2))), "shape [3, 2]")])
def test_join_what_does_not_fit_is_refused(change, words):
    arrays = MANIFEST.split(np.zeros(MANIFEST.size, "<f4"))
    change(arrays)
    with pytest.raises(RefusedError) as refused:
        MANIFEST.join(arrays)
    assert words in str(refused.value)


def test_learning_rate_follows_the_three_schedules():
    settings = dict(learning_rate=0.8, learning_rate_decay=0.5, schedule_rounds=2, learning_rate_floor=0.1)
    assert [ClientSettings(**settings).learning_rate_at(r) for r in (1, 2, 3, 9)] == [0.8, 0.4, 0.2, 0.1]
    assert [ClientSettings(**settings, learning_rate_schedule="step").learning_rate_at(r) for r in (1, 2, 3, 5)] == [0.8, 0.8, 0.4, 0.2]
    assert np.allclose([ClientSettings(**settings, learning_rate_schedule="cosine").learning_rate_at(r) for r in (1, 2, 3, 4)], [0.8, 0.45, 0.1, 0.1])


def test_spec_reads_what_it_knows_and_keeps_the_rest():
    spec = parse_spec('{"name":"n","model":{"kind":"k","width":3,"tensors":[{"name":"w","shape":[2]}]},"client":{"batchSize":7,"topK":null,"mine":[1]}}')
    assert (spec.client.batch_size, spec.client.top_k, spec.client.extra, spec.model["width"], spec.minimum_cohort) == (7, 0.01, {"mine": [1]}, 3, 1)
    with pytest.raises(ValueError):
        parse_spec('{"name":"n","model":{"kind":"k"}}')


def test_safetensors_written_file_reads_back(tmp_path):
    arrays = {"w": np.arange(6, dtype=np.float32).reshape(2, 3), "é": np.float32(2.5).reshape(())}
    safetensors.save(tmp_path / "m", arrays)
    read = safetensors.load(tmp_path / "m")
    assert list(read) == list(arrays) and all(np.array_equal(read[n], arrays[n]) and read[n].shape == arrays[n].shape for n in arrays)


@pytest.mark.parametrize("damage", [lambda d: d[:5], lambda d: b"\xff" * 8 + d[8:], lambda d: d[:-1], lambda d: d.replace(b'"F32"', b'"F16"'), lambda d: d[:8] + b"x" + d[9:]])
def test_safetensors_damaged_file_is_refused(damage):
    with pytest.raises(ValueError):
        safetensors.loads(damage(safetensors.dumps({"w": np.zeros(3, np.float32)})))
