"""Against a real coordinator, with workers that are killed, restarted and cut off."""
import base64
import datetime
import hashlib
import json
import os
import re
import shutil
import signal
import threading

import numpy as np
import pytest
from federation import Federation, wait_until
from fedlearn import Client, FederationError, Identity, enrol
from fedlearn.identity.invitation import PREFIX, Invitation
from proxy import DOWN, UP, Proxy
from trainers import Steps

LARGE = 2_000_000  # parameters: 8 MB


def spec(name="steps", size=6, rounds=3, **more):
    parts = {"name": name, "model": {"kind": "steps", "tensors": [{"name": "w", "shape": [size]}]}, "cohort": {"minimum": 2}, "stop": {"rounds": rounds}}
    return {**parts, **more}


def start_two(federation, run, *options, trainers=("trainers:Steps", "trainers:Steps"), **more):
    states = [federation.enrol(client) for client in ("a", "b")]
    return [federation.python_worker(client, trainer, run, "--exit-when-done", *options, state=state, **more)
            for client, state, trainer in zip(("a", "b"), states, trainers)]


@pytest.fixture
def insecure(cli, tmp_path):
    """Makes coordinators without TLS, of which one can be cut off on one road alone."""
    started = []

    def start(*options):
        started.append(Federation(tmp_path, "--insecure", *options))
        return started[-1]

    yield start
    for federation in started:
        federation.close()


def test_run_whose_model_only_python_knows_comes_to_what_it_must(federation):
    tensors = [{"name": "w é+'<\"\\😀", "shape": [3, 2]}, {"name": "scalar", "shape": []}]
    workers = start_two(federation, "steps")
    run = federation.create_run(spec(model={"kind": "only-python", "tensors": tensors}))
    ended = federation.wait_for_end(run)
    assert (ended["status"], [r["accepted"] for r in ended["rounds"]]) == ("completed", [2, 2, 2])
    assert {name: values.tolist() for name, values in federation.model(run).items()} == {tensors[0]["name"]: [[3.0, 3.0]] * 3, "scalar": 3.0}
    assert [worker.ends() for worker in workers] == [0, 0]
    for client in ("a", "b"):
        receipts = (federation.folder / client / "receipts" / f"{run}.jsonl").read_text().splitlines()
        assert [json.loads(line)["round"] for line in receipts] == [1, 2, 3]
        assert not list((federation.folder / client).glob("update.*"))
    assert "python" in federation.cli("client", "ls", "--json")


def test_updates_in_each_encoding_are_accepted_and_add_up(federation):
    encodings = ["f32", "bf16", "int8", "topk"]
    for client in ("a", "b"):
        federation.python_worker(client, "trainers:Steps", "in-*", state=federation.enrol(client))
    runs = {e: federation.create_run(spec(f"in-{e}", size=300_000, rounds=2, client={"encoding": e, **({"topK": 0.5} if e == "topk" else {})})) for e in encodings}
    for encoding, run in runs.items():
        ended = federation.wait_for_end(run)
        assert [(r["accepted"], r["refused"]) for r in ended["rounds"]] == [(2, 0), (2, 0)]
        assert_adds_up(encoding, federation.model(run)["w"])


def assert_adds_up(encoding, values):
    """What two rounds of one step each come to."""
    if encoding == "topk":  # Of equal values the first half of each block is sent; in the second round the others, which are 2 with what was left out of them.
        blocks = np.split(values, [262_144])
        assert all(np.all(block[: len(block) // 2] == 1) and np.all(block[len(block) // 2:] == 2) for block in blocks)
    elif encoding == "int8":  # A step of the scale at most, and nothing on average.
        assert np.all(np.abs(values - 2) < 2.1 / 127) and abs(values.mean() - 2) < 1e-4
    else:
        assert np.all(values == 2)


def test_tensors_that_stay_local_are_each_participants_own_and_never_sent(federation):
    tensors = [{"name": "shared", "shape": [2]}, {"name": "own.bias", "shape": [3]}]
    states = {client: federation.enrol(client) for client in ("a", "b")}
    for client, by in (("a", 1), ("b", 3)):
        federation.python_worker(client, "trainers:Steps", "steps", "--with", f"by={by}", state=states[client])
    run = federation.create_run(spec(model={"kind": "steps", "tensors": tensors}, client={"localTensors": "own.*"}))
    ended = federation.wait_for_end(run)
    model = federation.model(run)
    # By the rounds' mean step of 2 the shared ones, and nothing of the others; each participant judges with its own, 1 or 3 a round.
    assert model["shared"].tolist() == [6, 6] and model["own.bias"].tolist() == [0, 0, 0]
    assert [{e["clientId"]: e["metrics"]["loss"] for e in r["evaluations"]} for r in ended["rounds"]] == [
        {"a": (2 * n + n) / 2, "b": (2 * n + 3 * n) / 2} for n in (1, 2, 3)]


def test_python_worker_killed_when_it_has_trained_delivers_once_after_a_restart(federation, tmp_path):
    proxy = Proxy(federation.port)
    state = {client: federation.enrol(client) for client in ("a", "b")}
    federation.python_worker("a", "trainers:Steps", "steps", state=state["a"])
    (tmp_path / "gate").mkdir()
    options = ["--with", f"folder={tmp_path / 'gate'}", "--with", "by=3"]
    first = federation.python_worker("b", "trainers:Gated", "steps", *options, "--coordinator", f"https://localhost:{proxy.port}", state=state["b"])
    run = federation.create_run(spec(size=LARGE, rounds=1, closing={"minUpdates": 2}))
    wait_until((tmp_path / "gate" / "trained").exists, "the training")
    proxy.cut(UP, after=proxy.moved[UP] + 2_000_000)
    proxy.to(1)  # nobody answers there: what is cut stays cut
    (tmp_path / "gate" / "go").touch()
    wait_until(lambda: proxy.cuts or list(state["b"].glob("update.1.*.sealed")), "the sealed update")
    first.says("delivering the update of round 1") if proxy.cuts else None
    first.kill(signal.SIGKILL)
    assert list(state["b"].glob("update.1.*.sealed"))
    second = federation.python_worker("b", "trainers:Gated", "steps", *options, "--exit-when-done", state=state["b"])
    ended = federation.wait_for_end(run)
    assert (ended["rounds"][0]["accepted"], ended["rounds"][0]["refused"]) == (2, 0)
    assert np.all(federation.model(run)["w"] == 2)
    assert second.ends() == 0
    assert len((tmp_path / "gate" / "trained").read_text().splitlines()) == 1, "it trained once"
    assert len((state["b"] / "receipts" / f"{run}.jsonl").read_text().splitlines()) == 1
    assert "round 1: update accepted" in second.output


def test_python_worker_killed_in_the_middle_of_training_trains_again(federation, tmp_path):
    state = {client: federation.enrol(client) for client in ("a", "b")}
    federation.python_worker("a", "trainers:Steps", "steps", state=state["a"])
    options = ["--with", f"folder={tmp_path}"]
    first = federation.python_worker("b", "trainers:Gated", "steps", *options, state=state["b"])
    run = federation.create_run(spec(rounds=2))
    wait_until((tmp_path / "trained").exists, "the training")
    first.kill(signal.SIGKILL)
    (tmp_path / "go").touch()
    federation.python_worker("b", "trainers:Gated", "steps", *options, state=state["b"])
    ended = federation.wait_for_end(run)
    assert [r["accepted"] for r in ended["rounds"]] == [2, 2]
    assert [line.split()[0] for line in (tmp_path / "trained").read_text().splitlines()] == ["1", "1", "2"]


def test_coordinator_killed_in_the_middle_of_a_round_goes_on_with_the_same_workers(federation, tmp_path):
    state = {client: federation.enrol(client) for client in ("a", "b")}
    workers = [federation.python_worker(c, "trainers:Gated", "steps", "--with", f"folder={tmp_path}", "--exit-when-done", state=state[c]) for c in ("a", "b")]
    run = federation.create_run(spec(rounds=3))
    wait_until(lambda: (tmp_path / "trained").exists() and len((tmp_path / "trained").read_text().splitlines()) == 2, "both trainings")
    federation.coordinator.kill(signal.SIGKILL)
    (tmp_path / "go").touch()
    for worker in workers:
        worker.says("retrying in")
    federation.start()
    ended = federation.wait_for_end(run)
    assert (ended["status"], [r["accepted"] for r in ended["rounds"]]) == ("completed", [2, 2, 2])
    assert np.all(federation.model(run)["w"] == 3)
    assert [worker.ends() for worker in workers] == [0, 0]


@pytest.mark.parametrize("road", ["grpc", "http"])
@pytest.mark.parametrize("way", [UP, DOWN])
def test_transfer_that_breaks_goes_on_where_it_broke(insecure, tmp_path, road, way):
    proxy = Proxy()
    if road == "grpc":
        federation = insecure("--vectors", "")
        proxy.to(federation.port)
        coordinator = f"http://127.0.0.1:{proxy.port}"
    else:
        federation = insecure("--vectors", "http://127.0.0.1:0", "--vectors-url", f"http://127.0.0.1:{proxy.port}")
        vectors = [int(p) for p in re.findall(r"http://127\.0\.0\.1:(\d+)", federation.coordinator.output)]
        proxy.to(next(port for port in vectors if port != federation.port and speaks_vectors(federation, port)))
        coordinator = federation.address
    proxy.cut(way, after=15_000_000)
    worker = federation.python_worker("a", "trainers:Steps", "steps", "--id", "a", "--coordinator", coordinator, "--minimum-cohort", "1", "--exit-when-done", FEDLEARN_LOG_LEVEL="DEBUG")
    run = federation.create_run(spec(size=5_000_000, rounds=1, cohort={"minimum": 1}, evaluation={"everyRounds": 0}))
    ended = federation.wait_for_end(run)
    assert ended["rounds"][0]["accepted"] == 1 and np.all(federation.model(run)["w"] == 1)
    assert worker.ends() == 0
    assert proxy.cuts == 1
    # 20 MB once, and what was on its way when it broke (gRPC's window is some MB); a transfer from the beginning would make it 35 MB.
    assert 19_900_000 < proxy.moved[way] < 29_000_000, proxy.moved
    assert "does not carry them" not in worker.output


def speaks_vectors(federation, port):
    return re.search(rf"vectors[^\n]*:{port}\b", federation.coordinator.output) is not None


def test_large_vectors_take_the_other_road_by_mutual_tls(federation):
    workers = start_two(federation, "steps", FEDLEARN_LOG_LEVEL="DEBUG")
    run = federation.create_run(spec(size=LARGE, rounds=2))
    ended = federation.wait_for_end(run)
    assert [r["accepted"] for r in ended["rounds"]] == [2, 2] and np.all(federation.model(run)["w"] == 2)
    assert all("does not carry them" not in worker.output for worker in workers)
    for worker in workers:
        assert "the update of round 2 goes by the other road from byte 0 on" in worker.output and "version 1 comes by the other road from byte 0 on" in worker.output


def test_participant_that_declines_is_shown_with_its_reason(federation):
    state = federation.enrol("a")
    federation.python_worker("a", "trainers:Steps", "steps", "--minimum-cohort", "5", state=state)
    federation.create_run(spec())
    wait_until(lambda: "rounds of at least 5 clients" in federation.cli("client", "ls", "--json"), "the decline")


def test_revoked_participant_ends_with_the_coordinators_reason(federation):
    worker = federation.python_worker("a", "trainers:Steps", "steps", state=federation.enrol("a"))
    worker.says("connected to")
    federation.cli("pki", "revoke", "a")
    assert worker.ends() == 1
    assert "does not take this participant" in worker.output


def test_identity_that_the_command_enrolled_serves_python_and_the_other_way_round(federation):
    state = federation.folder / "a"
    federation.cli("enrol", federation.invite("a"), "--state", str(state))
    federation.python_worker("a", "trainers:Steps", "steps", state=state).says("connected to")
    vault = federation.folder / "vault"
    federation.cli("data", "import", "--vault", str(vault), "--key-file", f"{vault}.key", "--digits", "50")
    csharp = federation.worker("b", "steps", vault, f"{vault}.key")
    csharp.says("connected to")
    csharp.kill()
    # The C# worker's state, sealed under its key: what it has pinned there is what this client goes by.
    shutil.copy(f"{vault}.key", federation.folder / "b.key")
    python = federation.python_worker("b", "trainers:Steps", "steps", state=federation.folder / "b")
    python.says("connected to")
    assert "from now on no other is taken from it" not in python.output
    python.kill()
    csharp = federation.worker("b", "steps", vault, f"{vault}.key", enrolled=True)
    csharp.says("connected to")
    assert "from now on no other" not in csharp.output


def test_worker_that_is_told_to_stop_in_the_middle_of_training_stops(federation, tmp_path):
    workers = start_two(federation, "steps", "--with", f"folder={tmp_path}", trainers=("trainers:Gated", "trainers:Gated"))
    federation.create_run(spec())
    wait_until(lambda: (tmp_path / "trained").exists() and len((tmp_path / "trained").read_text().splitlines()) == 2, "both trainings")
    for worker in workers:
        worker.kill(signal.SIGTERM)
        assert worker.ends() == 0 and "stops; 0 finished updates stay" in worker.output


def test_enrolment_at_another_coordinator_than_invited_sends_nothing(federation, tmp_path):
    word = federation.invite("a")
    invitation = Invitation.parse(word)
    content = bytes([1]) + invitation.secret + b"\0" * 32 + invitation.address.encode()
    other = PREFIX + base64.urlsafe_b64encode(content + hashlib.sha256(content).digest()[:4]).decode().rstrip("=")
    with pytest.raises(FederationError, match="shows another root certificate"):
        enrol(other, tmp_path / "a" / "identity")
    assert enrol(word, tmp_path / "a" / "identity").client_id == "a", "the invitation was not used up"
    with pytest.raises(FederationError, match="refuses the invitation"):
        enrol(word, tmp_path / "again" / "identity")


def test_certificate_is_renewed_while_the_worker_serves(federation, monkeypatch):
    state = federation.enrol("a")
    first, now = Identity.load(state / "identity"), datetime.datetime.now(datetime.timezone.utc)
    serials = {first.certificate.serial_number}
    monkeypatch.setattr(Identity, "renew_at", property(lambda self: now if self.certificate.serial_number in serials else now + datetime.timedelta(days=5)))
    received = []
    client = Client(identity=state / "identity", state=state, key=tmp_key(state), serve=["steps"], policy=None, on_receipt=received.append)
    serving = threading.Thread(target=client.run, args=(Steps(),))
    serving.start()
    try:
        second = wait_until(lambda: next((i for i in [Identity.load(state / "identity")] if i.certificate.serial_number not in serials), None), "the renewal")
        assert second.name == first.name and second.key.private_numbers() != first.key.private_numbers()
        assert os.stat(state / "identity" / "client.pem").st_mode & 0o077 == 0
        # The new certificate is what serves: a run is done with it.
        federation.python_worker("b", "trainers:Steps", "steps", state=federation.enrol("b"))
        federation.wait_for_end(federation.create_run(spec()))
        assert [receipt.round for receipt in received] == [1, 2, 3]
    finally:
        client.stop()
        serving.join(10)
    assert not serving.is_alive()


def tmp_key(state):
    return f"{state}.key"
