import hashlib
import json
import os
import pathlib
import subprocess

import numpy as np
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap_with_padding
from fedlearn import DataVault, KeyFile, Passphrase, RsaPem, VaultError
from fedlearn.vault.events import merkle_root
from fedlearn.vault.images import image_schema, load_images
from fedlearn.vault.split import TestSplit
from fedlearn.vault.store import SealedStore
from fedlearn.vault.stream import HEADER, StreamOpener, StreamSealer, StreamShape

SCHEMA = image_schema(2, 2, 3)
RECORDS = [bytes([i % 3, i % 251, 1, 2, 255]) for i in range(1_000)]


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_key_wrap_wycheproofs_vectors_hold(data):
    tried = 0
    for group in json.loads((data / "vectors" / "aes_kwp_test.json").read_text())["testGroups"]:
        for test in group["tests"]:
            if group["keySize"] == 256:
                tried += 1
                try:
                    opened = aes_key_unwrap_with_padding(bytes.fromhex(test["key"]), bytes.fromhex(test["ct"]))
                except (InvalidUnwrap, ValueError):
                    opened = None
                assert (opened == bytes.fromhex(test["msg"])) == (test["result"] != "invalid")
    assert tried > 50


@pytest.mark.parametrize("length", [0, 1, 100, 983, 984, 985, 5_000])
def test_stream_any_length_opens_by_segments(length):
    shape, key, text, sealed = StreamShape(1_040), os.urandom(32), os.urandom(length), bytearray()
    sealer = StreamSealer(key, b"for this", sealed.extend, shape)
    for at in range(0, length, 77):
        sealer.write(text[at: at + 77])
    sealer.finish()
    opener = StreamOpener(key, b"for this", bytes(sealed[:HEADER]), len(sealed), shape)
    starts = [shape.sealed_offset(i) for i in range(opener.segments)] + [len(sealed)]
    assert opener.length == length
    assert b"".join(opener.open(i, bytes(sealed[a:b])) for i, (a, b) in enumerate(zip(starts, starts[1:]))) == text
    other = StreamOpener(key, b"for that", bytes(sealed[:HEADER]), len(sealed), shape)
    with pytest.raises(ValueError):
        other.open(0, bytes(sealed[HEADER: starts[1]]))


def test_split_depends_on_the_seed_and_the_index_alone():
    share = [TestSplit(0.2, 1).part_of(i) for i in range(20_000)]
    assert 0.19 < share.count("test") / 20_000 < 0.21
    assert [TestSplit(0.3, 1).part_of(i) for i in range(1_000) if share[i] == "test"] == ["test"] * share[:1_000].count("test")
    assert [TestSplit(0.2, 2).part_of(i) for i in range(1_000)] != share[:1_000]


@pytest.mark.parametrize("kind", ["key-file", "passphrase", "rsa"])
def test_vault_sealed_here_is_verified_and_read_by_the_command(cli, tmp_path, kind):
    writes, reads, options = key_of(kind, tmp_path)
    with DataVault(tmp_path / "vault", writes, create=True) as vault:
        version = vault.write(SCHEMA, 5, RECORDS, test_fraction=0.2, seed=9)
        vault.write(SCHEMA, 5, RECORDS[:7], append=True)
    shown = run(cli, "data", "verify", "1", "--vault", str(tmp_path / "vault"), *options)
    assert version.name in shown and f"{split_of(9).count('train')} training records" in shown
    listed = json.loads(run(cli, "data", "ls", "--vault", str(tmp_path / "vault"), "--json"))
    assert [v["version"] for v in listed] == [1, 2] and version.name in [v["name"] for v in listed]
    run(cli, "data", "export", "1", "--vault", str(tmp_path / "vault"), "--part", "test", "--to", str(tmp_path / "out.csv"), *options)
    expected = [r for r, part in zip(RECORDS, split_of(9)) if part == "test"]
    lines = [line.split(",") for line in (tmp_path / "out.csv").read_text().splitlines()]
    lines = lines[len(lines) - len(expected):]
    assert [int(float(line[0])) for line in lines] == [r[0] for r in expected]
    assert np.allclose([[float(x) for x in line[1:]] for line in lines], [[b / 255 for b in r[1:]] for r in expected], atol=1e-6)
    with DataVault(tmp_path / "vault", reads) as vault:
        assert vault.read("test", 1) == b"".join(expected)
        assert vault.verify() == 1_007


@pytest.mark.parametrize("kind", ["key-file", "passphrase", "rsa"])
def test_vault_sealed_by_the_command_is_read_here(cli, tmp_path, kind):
    _, reads, options = key_of(kind, tmp_path)
    common = ["--vault", str(tmp_path / "vault"), *options]
    run(cli, "data", "import", *common, "--digits", "3000", "--test-fraction", "0.25", "--seed", "3")
    run(cli, "data", "export", *common, "--to", str(tmp_path / "out.csv"))
    exported = (tmp_path / "out.csv").read_text().splitlines()
    with DataVault(tmp_path / "vault", reads) as vault:
        assert vault.verify() == 3_000
        images, labels = load_images(vault)
        assert len(load_images(vault, "test")[1]) == [TestSplit(0.25, 3).part_of(i) for i in range(3_000)].count("test")
    rows = np.array([[float(x) for x in line.split(",")] for line in exported[len(exported) - len(labels):]])
    assert np.array_equal(rows[:, 0], labels) and np.allclose(rows[:, 1:], images.reshape(len(labels), -1), atol=1e-6)


def test_key_rotated_by_the_command_opens_what_was_sealed_here(cli, tmp_path):
    with DataVault(tmp_path / "vault", KeyFile(tmp_path / "old.key"), create=True) as vault:
        vault.write(SCHEMA, 5, RECORDS)
    KeyFile(tmp_path / "new.key").create()
    run(cli, "data", "rotate-key", "--vault", str(tmp_path / "vault"), "--key-file", str(tmp_path / "old.key"), "--new-key-file", str(tmp_path / "new.key"))
    with pytest.raises(VaultError, match="wrong key-file"):
        DataVault(tmp_path / "vault", KeyFile(tmp_path / "old.key"))
    with DataVault(tmp_path / "vault", KeyFile(tmp_path / "new.key")) as vault:
        assert vault.verify() == 1_000


# The known answers of RFC 9162's trees over the leaves "", 00, 10, 2021, 3031, 40414243 (hex).
@pytest.mark.parametrize("count, start, end", [(1, "6e340b9c", "afa01d"), (2, "fac54203", "e3c125"), (3, "aeb6bcfe", "e06e77"), (4, "d37ee418", "9614b7")])
def test_merkle_root_of_known_leaves_is_the_published_one(count, start, end):
    leaves = [bytes.fromhex(leaf) for leaf in ["", "00", "10", "2021", "3031", "40414243"]]
    root = merkle_root(leaves[:count]).hex()
    assert root.startswith(start) and root.endswith(end)
    assert merkle_root([]) == hashlib.sha256(b"").digest()


def test_imports_of_both_stand_in_one_record_that_the_command_verifies(cli, tmp_path):
    folder, key = tmp_path / "vault", tmp_path / "vault.key"
    common = ["--vault", str(folder), "--key-file", str(key)]
    run(cli, "data", "import", *common, "--digits", "50")
    with DataVault(folder, KeyFile(key)) as vault:
        names = [vault.find().name, vault.write(SCHEMA, 5, RECORDS).name, vault.write(SCHEMA, 5, RECORDS[:10]).name]
    run(cli, "data", "import", *common, "--digits", "60")

    shown = run(cli, "data", "log", "--vault", str(folder))
    assert all(name[:8] in shown for name in names), shown
    lines = (folder / "events.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["version"] for line in lines] == [1, 2, 3, 4]

    (folder / "events.jsonl").write_bytes(b"".join(line + b"\n" for line in lines[:1] + lines[2:]))
    assert subprocess.run([cli, "data", "log", "--vault", str(folder)], capture_output=True).returncode != 0


def test_vault_every_damaged_bit_of_a_file_is_noticed(tmp_path):
    with DataVault(tmp_path / "vault", KeyFile(tmp_path / "key"), create=True) as vault:
        version = vault.write(SCHEMA, 5, RECORDS[:20])
        path = tmp_path / "vault" / "files" / f"{version.files[0].id}.sealed"
        whole = path.read_bytes()
        for at in [*range(HEADER), *range(HEADER, len(whole), 13), len(whole) - 1]:
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
            with pytest.raises(VaultError):
                vault.verify()
        for content in (whole[:-1], whole + b"\0", b"", whole[:HEADER]):
            path.write_bytes(content)
            with pytest.raises(VaultError):
                vault.read()
        path.write_bytes(whole)
        assert vault.verify() == 20


def test_import_that_breaks_leaves_everything_as_it_was(tmp_path):
    def broken():
        yield from RECORDS[:10]
        raise OSError("the source broke")

    with DataVault(tmp_path / "vault", KeyFile(tmp_path / "key"), create=True) as vault:
        vault.write(SCHEMA, 5, RECORDS)
        before = sorted(p.name for p in (tmp_path / "vault").rglob("*") if p.is_file())
        for source, expected in ((broken(), OSError), (iter([]), VaultError), (iter([b"short"[:4]]), VaultError)):
            with pytest.raises(expected):
                vault.write(SCHEMA, 5, source)
            assert sorted(p.name for p in (tmp_path / "vault").rglob("*") if p.is_file()) == before
        with pytest.raises(VaultError, match="cannot append"):
            vault.write(image_schema(1, 4, 3), 5, RECORDS, append=True)
        assert vault.verify() == 1_000


def test_secrets_are_for_their_owner_alone(tmp_path):
    SealedStore(tmp_path / "state", KeyFile(tmp_path / "key")).close()
    assert all(not p.stat().st_mode & 0o077 for p in [*(tmp_path / "state").rglob("*"), tmp_path / "key"])
    os.chmod(tmp_path / "key", 0o640)
    with pytest.raises(VaultError, match="chmod 600"):
        SealedStore(tmp_path / "state", KeyFile(tmp_path / "key"))
    with pytest.raises(VaultError, match="600000 rounds"):
        Passphrase("quite a long one").load({"salt": "AAAAAAAAAAAAAAAAAAAAAA==", "iterations": 1_000})
    with pytest.raises(VaultError, match="12 bytes"):
        Passphrase("short").create()


def test_store_file_under_another_name_does_not_open_and_a_second_process_is_kept_out(tmp_path):
    store = SealedStore(tmp_path, KeyFile(tmp_path / "key"))
    store.write("one", b"1")
    (tmp_path / "one.sealed").rename(tmp_path / "two.sealed")
    with pytest.raises(VaultError, match="does not open"):
        store.read("two")
    with pytest.raises(VaultError, match="in use"):
        SealedStore(tmp_path, KeyFile(tmp_path / "key"))
    store.close()


def split_of(seed):
    split = TestSplit(0.2, seed)
    return [split.part_of(i) for i in range(1_000)]


def key_of(kind, folder: pathlib.Path):
    """A source that writes, one that reads, and the command's options for the latter."""
    if kind == "key-file":
        return KeyFile(folder / "key"), KeyFile(folder / "key"), ["--key-file", str(folder / "key")]
    if kind == "passphrase":
        path = folder / "passphrase"
        path.touch(0o600)
        path.write_text("a quite long passphrase\nand a second line")
        return Passphrase("a quite long passphrase"), Passphrase.from_file(path), ["--passphrase-file", str(path)]
    key = rsa.generate_private_key(65537, 3072)
    private, public = folder / "private.pem", folder / "public.pem"
    private.touch(0o600)
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
    return RsaPem(public, private=False), RsaPem(private, private=True), ["--private-key", str(private)]
