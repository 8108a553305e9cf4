"""The samples, each as a federation; and C# and PyTorch workers in one."""
import ast
import json
import pathlib
import sys

import numpy as np
import pytest
from shards import mnist, seal

SAMPLES = pathlib.Path(__file__).resolve().parent.parent.parent / "samples" / "python"
sys.path.insert(0, str(SAMPLES))


def spec_of(name, **changes):
    return {**json.loads((SAMPLES / f"{name}.json").read_text()), **changes}


def torch_worker(federation, client, trainer, run, vault, *more):
    state = federation.enrol(client)
    # Workers share this machine's cores; of small batches more threads make nothing faster.
    return federation.python_worker(client, trainer, run, "--with", f"vault={vault}", "--with", f"key={vault}.key", *more, "--exit-when-done", state=state, OMP_NUM_THREADS="1")


def test_mixed_federation_of_two_csharp_and_two_pytorch_workers_reaches_97_percent(federation, data, tmp_path):
    pixels, labels = mnist(data, "train")
    vaults = [seal(tmp_path / f"vault-{i}", pixels[i::4], labels[i::4], test_fraction=0.1) for i in range(4)]
    run = federation.create_run(spec_of("digits", cohort={"minimum": 4}))
    for i in (0, 1):
        federation.worker(f"csharp-{i}", "digits", vaults[i], pathlib.Path(f"{vaults[i]}.key"))
    workers = [torch_worker(federation, f"torch-{i}", "digits:Digits", "digits", vaults[i]) for i in (2, 3)]
    ended = federation.wait_for_end(run, 240)
    assert ended["status"] == "completed" and ended["version"] >= 1, ended["reason"]
    assert all((r["cohort"], r["accepted"], r["refused"]) == (4, 4, 0) for r in ended["rounds"])
    assert all(len(r["evaluations"]) == 4 for r in ended["rounds"])
    assert [worker.ends() for worker in workers] == [0, 0]
    images = ["--idx-images", str(data / "mnist" / "t10k-images-idx3-ubyte.gz"), "--idx-labels", str(data / "mnist" / "t10k-labels-idx1-ubyte.gz")]
    evaluated = json.loads(federation.cli("model", "eval", run, *images, "--json"))
    print(f"\n{len(ended['rounds'])} rounds, test accuracy {metric(evaluated, 'accuracy')}")
    assert metric(evaluated, "accuracy") >= 0.965
    assert_same_forward_results(federation, run, evaluated, data, tmp_path)


def assert_same_forward_results(federation, run, evaluated, data, tmp_path):
    """Loss and accuracy of all test images, and every output of some: -log p of each class is the loss of that image under each label."""
    import torch
    from digits import Perceptron
    from fedlearn.torch import load_arrays
    from torch.nn.functional import cross_entropy, log_softmax

    model = Perceptron(784, [200], 10)
    load_arrays(model, federation.model(run))
    pixels, labels = mnist(data, "t10k")
    with torch.no_grad():
        scores = model(torch.from_numpy(pixels.astype(np.float32) / np.float32(255)))
    truth = torch.from_numpy(labels.astype(np.int64))
    assert abs(cross_entropy(scores.double(), truth).item() - metric(evaluated, "loss")) < 1e-5
    assert abs((scores.argmax(1) == truth).double().mean().item() - metric(evaluated, "accuracy")) < 1e-9
    expected = -log_softmax(scores[7].double(), 0).numpy()
    for label in range(10):
        vault = seal(tmp_path / f"one-{label}", pixels[7:8], [label], test_fraction=0.999_999_999)
        told = metric(json.loads(federation.cli("model", "eval", run, "--vault", str(vault), "--key-file", f"{vault}.key", "--json")), "loss")
        assert abs(told - expected[label]) < 1e-5 * max(1, expected[label]), (label, told, expected[label])


def metric(evaluated, name):
    return evaluated["metrics"][name] if "metrics" in evaluated else evaluated[name]


def test_digits_sample_has_fewer_than_40_lines_of_own_code():
    text = (SAMPLES / "digits.py").read_text()
    body = [node for node in ast.parse(text).body if not isinstance(node, (ast.Import, ast.ImportFrom, ast.Expr))]
    lines = [line for node in body for line in text.splitlines()[node.lineno - 1: node.end_lineno] if line.strip()]
    assert len(lines) < 40


def test_page_about_python_shows_a_trainer_that_comes_to_the_mean_of_all_numbers(federation, tmp_path):
    page = (SAMPLES.parent.parent / "docs" / "python.md").read_text()
    code = page.split("```python\n")[1].split("```")[0]
    trainer, last = code.rsplit("\n\n", 1)
    assert last.startswith("fedlearn.Client(")
    (tmp_path / "page.py").write_text(trainer)
    for client, numbers in (("a", range(1, 11)), ("b", range(11, 31))):
        federation.python_worker(client, "page:Mean", "mean", "--with", f"numbers={list(numbers)}", state=federation.enrol(client), PYTHONPATH=str(tmp_path))
    run = federation.create_run(json.loads((SAMPLES.parent / "OwnModel" / "run.json").read_text()))
    federation.wait_for_end(run)
    assert abs(federation.model(run)["w"][0] - 15.5) < 1e-3


def test_hospitals_sample_federated_model_beats_the_average_lone_hospital(federation, data):
    from hospitals import Hospital
    sites = ["cleveland", "hungarian", "switzerland", "va"]
    folder = data / "heart-disease"
    for site in sites:
        federation.python_worker(site, "hospitals:Hospital", "hospitals", "--with", f"folder={folder}", "--with", f"site={site}", state=federation.enrol(site))
    run = federation.create_run(spec_of("hospitals"))
    ended = federation.wait_for_end(run)
    assert all(r["accepted"] == 4 for r in ended["rounds"])
    hospitals = {site: Hospital(folder, site) for site in sites}
    assert sum(len(h.y) for h in hospitals.values()) == 486 and sum(len(h.y_test) for h in hospitals.values()) == 254  # FLamby's numbers of patients

    def accuracy(parameters):
        return sum(h.model(parameters).score(h.x_test, h.y_test) * len(h.y_test) for h in hospitals.values()) / 254

    alone = []
    for hospital in hospitals.values():
        model = hospital.model({"coef": np.zeros((1, 13)), "intercept": np.zeros(1)}, 0.01, seed=1)
        for _ in range(20):
            model.partial_fit(hospital.x, hospital.y, classes=[0, 1])
        alone.append(accuracy({"coef": model.coef_, "intercept": model.intercept_}))
    together = accuracy(federation.model(run))
    print(f"\ntogether {together:.3f}, alone {[round(a, 3) for a in alone]}")
    assert together > np.mean(alone) + 0.02


def test_adapters_sample_sends_the_adapters_alone_and_learns(federation, data, tmp_path):
    import adapters
    import torch

    pixels, labels = mnist(data, "train")
    vaults = [seal(tmp_path / f"vault-{i}", pixels[i:12_000:2], labels[i:12_000:2], test_fraction=0.2) for i in range(2)]
    base = tmp_path / "base.pt"
    adapters.make_base(vaults[0], f"{vaults[0]}.key", base)
    for i, vault in enumerate(vaults):
        torch_worker(federation, f"torch-{i}", "adapters:Adapters", "adapters", vault, "--with", f"base={base}")
    run = federation.create_run(adapters.spec())
    ended = federation.wait_for_end(run, 180)
    assert [r["accepted"] for r in ended["rounds"]] == [2, 2, 2, 2]
    model = federation.model(run)
    assert set(model) == {"first.down", "first.up", "second.down", "second.up", "head.weight", "head.bias"}
    sent, whole = sum(v.size for v in model.values()), sum(p.numel() for p in adapters.Network().state_dict().values())
    assert sent < whole / 30 and all(r["bytesIn"] < 2 * 4 * sent + 2_000 for r in ended["rounds"]), (sent, whole)
    accuracy = [r["evaluation"]["accuracy"] for r in ended["rounds"]]
    print(f"\n{sent} of {whole} values are sent; accuracy {accuracy}")
    assert accuracy[-1] > accuracy[0] and accuracy[-1] > 0.85  # of ten digits, on a base that has seen five
    assert torch.load(base).keys() == {f"{n}.base.{p}" for n in ("first", "second") for p in ("weight", "bias")}


def test_adapters_sample_training_moves_the_adapters_and_nothing_else(data, tmp_path):
    import adapters
    from fedlearn import Context, Run
    from fedlearn.torch import arrays_of
    from fedlearn.training.spec import parse_spec

    pixels, labels = mnist(data, "train")
    vault = seal(tmp_path / "vault", pixels[:300], labels[:300])
    adapters.make_base(vault, f"{vault}.key", tmp_path / "base.pt")
    trainer, spec = adapters.Adapters(vault, f"{vault}.key", tmp_path / "base.pt"), parse_spec(json.dumps(adapters.spec()))
    before = arrays_of(trainer.network)
    start = arrays_of(trainer.network, adapters.SENT)
    result = trainer.fit(start, Context(Run("r", "adapters", "a", spec.kind, spec.model, spec.manifest, spec.client, spec.strategy, 1), 1))
    after = arrays_of(trainer.network)
    assert list(result.parameters) == [t.name for t in spec.manifest.tensors]
    assert {name for name in after if not np.array_equal(after[name], before[name])} == set(result.parameters)
