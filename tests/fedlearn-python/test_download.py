"""A download of a coordinator that breaks off, or sends something else than it announced."""
import grpc
import numpy as np
import pytest
from fedlearn.digest import digest_of
from fedlearn.errors import GivenUp, RefusedError
from fedlearn.training.manifest import Manifest, TensorShape
from fedlearn.transport.caller import Caller
from fedlearn.transport.download import Download
from fedlearn.transport.roads import Roads
from fedlearn.v1 import federation_pb2 as pb
from fedlearn.v1 import model_pb2 as model

MANIFEST = Manifest([TensorShape("w", (1_000,))])
VECTOR = np.arange(1_000, dtype="<f4")
BYTES = VECTOR.tobytes()


class Broken(grpc.RpcError):
    def code(self):
        return grpc.StatusCode.UNAVAILABLE

    def details(self):
        return "broke"


class Stream:
    def __init__(self, replies):
        self._replies = replies

    def __iter__(self):
        for reply in self._replies:
            if isinstance(reply, Exception):
                raise reply
            yield reply

    def cancel(self):
        pass


class Coordinator:
    """Answers one GetModel after the other with what a test says."""

    identity, trust, is_tls, token, metadata = None, None, False, None, None

    def __init__(self, *answers):
        self.api, self._answers, self.offsets = self, list(answers), []

    def GetModel(self, request, metadata):
        self.offsets.append(request.offset)
        return Stream(self._answers.pop(0))


def version(**other):
    members = {"run_id": "r", "version": 1, "digest": digest_of(BYTES), "byte_length": len(BYTES), "manifest_hash": MANIFEST.hash, **other}
    return pb.GetModelReply(version=model.ModelVersion(**members))


def chunk(first, last, offset=None):
    return pb.GetModelReply(chunk=model.Chunk(offset=first if offset is None else offset, data=BYTES[first:last]))


def download(*answers, should_stop=lambda: False):
    link = Coordinator(*answers)
    caller = Caller(link, first_backoff=0.001, longest_backoff=0.001)
    caller.connected.set()
    return link, Download(caller, Roads(link), "r", 1, digest_of(BYTES), MANIFEST, should_stop)


def test_download_that_breaks_asks_for_the_rest_from_the_byte_that_it_has():
    link, it = download([version(), chunk(0, 1_000), Broken()], [Broken()], [version(), chunk(1_000, 1_001)], [version(), chunk(1_001, 4_000)])
    assert np.array_equal(it.run(), VECTOR)
    assert link.offsets == [0, 1_000, 1_000, 1_001]


@pytest.mark.parametrize("replies, words", [
    ([version(), pb.GetModelReply(chunk=model.Chunk(offset=0, data=BYTES[:2_000] + bytes([BYTES[2_000] ^ 1]) + BYTES[2_001:]))], "arrived damaged"),
    ([version(digest=b"x" * 32)], "another version 1 than it announced"),
    ([version(byte_length=8)], "another version 1 than it announced"),
    ([version(manifest_hash="0" * 64)], "another version 1 than it announced"),
    ([version(), chunk(0, 10), chunk(10, 20, offset=11)], "the next byte expected is 10"),
    ([version(), chunk(0, 4_000), chunk(0, 1, offset=4_000)], "the next byte expected is 4000")])
def test_download_of_something_else_is_refused(replies, words):
    with pytest.raises(RefusedError) as refused:
        download(replies)[1].run()
    assert words in str(refused.value)


def test_download_that_has_become_pointless_is_given_up():
    with pytest.raises(GivenUp):
        download([version(), chunk(0, 10)], should_stop=lambda: True)[1].run()
