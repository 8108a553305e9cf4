"""Refusals: whatever of a receipt or a manifest is not as the coordinator signed it."""
import hashlib
import json

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fedlearn import FederationError, KeyFile
from fedlearn.errors import RefusedError
from fedlearn.provenance.chain import KnownVersions, VersionChain
from fedlearn.provenance.key import CoordinatorKey
from fedlearn.provenance.receipts import ReceiptBook
from fedlearn.provenance.statements import root_of, statement
from fedlearn.v1 import federation_pb2 as pb
from fedlearn.vault.store import SealedStore

SIGNER, OTHER = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
SPEC, MODEL = "5" * 64, "6" * 64


def der(key):
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def sign(data, key=SIGNER):
    return key.sign(data, ec.ECDSA(hashes.SHA256()))


@pytest.fixture
def store(tmp_path):
    opened = SealedStore(tmp_path / "state", KeyFile(tmp_path / "key"))
    yield opened
    opened.close()


@pytest.fixture
def key(store):
    known = CoordinatorKey(store)
    known.take(der(SIGNER), "https://c")
    return known


def tree(leaves):
    """The root of RFC 9162, section 2.1.1, by its definition."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + tree(leaves[:k]) + tree(leaves[k:])).digest()


def path(m, leaves):
    """The inclusion proof of section 2.1.3.1, by its definition."""
    if len(leaves) == 1:
        return []
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return path(m, leaves[:k]) + [tree(leaves[k:])] if m < k else path(m - k, leaves[k:]) + [tree(leaves[:k])]


def test_tree_of_the_documents_leaves_has_the_documents_roots():
    leaves = [bytes.fromhex(h) for h in ("", "00", "10", "2021", "3031", "40414243")]
    assert tree(leaves[:1]).hex().startswith("6e340b9c") and tree(leaves[:2]).hex().startswith("fac54203")


@pytest.mark.parametrize("size", range(1, 18))
def test_inclusion_proof_every_leaf_leads_to_the_root_and_no_other_place_does(size):
    leaves = [bytes([i]) for i in range(size)]
    for i in range(size):
        proof = path(i, leaves)
        assert root_of(leaves[i], i, size, proof) == tree(leaves)
        for wrong in (lambda: root_of(leaves[i], i, size, proof + [b"\0" * 32]), lambda: root_of(leaves[i], size, size, proof)):
            with pytest.raises(ValueError):
                wrong()
        if size > 1:
            assert root_of(leaves[i] + b"x", i, size, proof) != tree(leaves)
            with pytest.raises(ValueError):
                root_of(leaves[i], i, size, proof[:-1])


def receipt_of(header, client="a", batch=3, place=1, signer=SIGNER):
    receipt = pb.Receipt(run_id=header.run_id, round=header.round, client_id=client, digest=b"d" * 32, num_examples=7, accepted_unix_ms=1234)
    leaf = statement("receipt", {"acceptedUnixMs": 1234, "client": client, "digest": (b"d" * 32).hex(), "examples": 7, "round": header.round, "run": header.run_id})
    leaves = [leaf if i == place else bytes([i]) for i in range(batch)]
    receipt.batch_index, receipt.batch_size = place, batch
    receipt.batch_path.extend(path(place, leaves))
    receipt.signature = sign(statement("receipts", {"root": tree(leaves).hex(), "size": batch}), signer)
    return receipt


HEADER = pb.UpdateHeader(run_id="run-1", round=4)


def test_receipt_signed_is_kept_as_a_line_with_the_key_beside_it(tmp_path, key):
    book = ReceiptBook(tmp_path / "state", "a", key)
    book.take(receipt_of(HEADER), HEADER)
    (tmp_path / "state" / "receipts" / "run-1.jsonl").open("a").write('{"cut')
    book.take(receipt_of(HEADER, batch=1, place=0), HEADER)
    lines = (tmp_path / "state" / "receipts" / "run-1.jsonl").read_text().splitlines()
    assert json.loads(lines[0])["clientId"] == "a" and lines[1] == '{"cut' and json.loads(lines[2])["batchSize"] == 1
    assert [p.read_bytes() for p in (tmp_path / "state" / "receipts").glob("*.key.der")] == [der(SIGNER)]


@pytest.mark.parametrize("tamper", [
    lambda r: setattr(r, "num_examples", 8), lambda r: setattr(r, "digest", b"e" * 32), lambda r: setattr(r, "accepted_unix_ms", 1), lambda r: setattr(r, "batch_index", 2),
    lambda r: setattr(r, "batch_size", 4), lambda r: r.batch_path.pop(), lambda r: setattr(r, "signature", r.signature[:-1] + bytes([r.signature[-1] ^ 1])),
    lambda r: setattr(r, "signature", b""), lambda r: setattr(r, "round", 5), lambda r: setattr(r, "client_id", "b"), lambda r: setattr(r, "run_id", "run-2")])
def test_receipt_tampered_with_is_refused_and_not_kept(tmp_path, key, tamper):
    receipt = receipt_of(HEADER)
    tamper(receipt)
    with pytest.raises(RefusedError):
        ReceiptBook(tmp_path / "state", "a", key).take(receipt, HEADER)
    assert not list((tmp_path / "state" / "receipts").glob("*.jsonl"))


def test_receipt_of_another_key_is_refused(tmp_path, key):
    with pytest.raises(RefusedError, match="not signed by the coordinator's key"):
        ReceiptBook(tmp_path / "state", "a", key).take(receipt_of(HEADER, signer=OTHER), HEADER)


def test_key_once_known_no_other_is_taken(store, key):
    CoordinatorKey(store).take(der(SIGNER), "https://c")
    for told in (der(OTHER), b"", b"no key"):
        with pytest.raises(FederationError, match="this worker knows it by"):
            CoordinatorKey(store).take(told, "https://c")


def test_key_that_is_none_is_refused(store):
    with pytest.raises(FederationError, match="P-256"):
        CoordinatorKey(store).take(der(ec.generate_private_key(ec.SECP384R1())), "https://c")


class Versions:
    """A run's signed manifests, and the chain that verifies them."""

    def __init__(self, key, store, count=8):
        self.signed, self.asked, parent = [], [], ""
        for version in range(count):
            self.signed.append(self.make(version, parent))
            parent = hashlib.sha256(self.signed[-1].statement).hexdigest()
        self.chain = VersionChain(key, KnownVersions(store), self.fetch)

    @staticmethod
    def digest(version):
        return hashlib.sha256(bytes([version])).digest()

    @classmethod
    def make(cls, version, parent, signer=SIGNER, **other):
        members = {"model": MODEL, "parameters": cls.digest(version).hex(), "parent": parent, "round": version, "run": "r", "spec": SPEC,
                   "state": {"c": "7" * 64}, "strategy": {"kind": "fedavg"}, "updates": 2, "updatesRoot": "0" * 64, "version": version, **other}
        data = statement("version", members)
        return pb.SignedStatement(statement=data, signature=sign(data, signer))

    def fetch(self, run_id, first, last):
        self.asked.append((first, last))
        return self.signed[first: min(last, first + 1) + 1]

    def verify(self, version, signed=None, digest=None, spec=SPEC, model=MODEL, **more):
        self.chain.verify("r", version, digest or self.digest(version), signed or self.signed[version], spec, model, **more)


@pytest.fixture
def versions(key, store):
    return Versions(key, store)


def test_chain_version_that_follows_by_versions_that_were_missed_is_taken(versions):
    versions.verify(1)
    versions.verify(2)
    assert versions.asked == []
    versions.verify(7)
    assert versions.asked == [(3, 6), (5, 6)]
    versions.verify(7)


def test_chain_first_version_of_a_run_is_where_a_worker_begins(versions):
    versions.verify(5)
    with pytest.raises(RefusedError, match="set back"):
        versions.verify(4)
    versions.verify(4, may_be_older=True)


@pytest.mark.parametrize("refused, words", [
    (lambda v: v.verify(3, v.make(3, "1" * 64)), "does not follow from version 2"),
    (lambda v: v.verify(2, v.make(2, "1" * 64)), "this worker knows it by"),
    (lambda v: v.verify(3, digest=b"x" * 32), "the assignment says"),
    (lambda v: v.verify(3, spec="1" * 64), "another spec"),
    (lambda v: v.verify(3, model="1" * 64), "another model"),
    (lambda v: v.verify(3, v.signed[4]), "is of version 4"),
    (lambda v: v.verify(3, v.make(3, "", run="q")), "of run q"),
    (lambda v: v.verify(3, v.make(3, "", signer=OTHER)), "not signed by the coordinator's key"),
    (lambda v: v.verify(3, pb.SignedStatement()), "without a manifest"),
    (lambda v: v.verify(3, pb.SignedStatement(statement=b"fedlearn/head/1\n{}", signature=sign(b"fedlearn/head/1\n{}"))), "cannot be read"),
    (lambda v: v.verify(3, state=[pb.StateVector(name="c", digest=b"y" * 32)]), "no state 'c'"),
    (lambda v: v.verify(1, v.make(1, "1" * 64), may_be_older=True), "version 2 does not follow from the one before it")])
def test_chain_version_that_does_not_hold_is_refused_and_changes_nothing(versions, refused, words):
    versions.verify(2)
    with pytest.raises(RefusedError) as fault:
        refused(versions)
    assert words in str(fault.value)
    versions.verify(3)


def test_chain_forged_version_among_those_missed_is_refused(versions):
    versions.verify(1)
    versions.signed[3] = versions.make(3, "2" * 64)
    with pytest.raises(RefusedError, match="version 3 does not follow"):
        versions.verify(7)
    versions.signed[3:] = []
    with pytest.raises(RefusedError, match="no manifest of version 3"):
        versions.verify(7, Versions.make(7, "3" * 64))


def test_chain_survives_a_restart(key, store, versions):
    versions.verify(6)
    later = Versions(key, store)
    later.signed = versions.signed
    with pytest.raises(RefusedError, match="set back"):
        later.verify(5)
    later.verify(7)
