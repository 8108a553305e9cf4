import json

import pytest
from fedlearn import Client, FederationError, Policy, Trainer
from fedlearn.identity.invitation import Invitation
from fedlearn.policy import matches
from fedlearn.session.admission import Accepted, Admission, Declined
from fedlearn.training.spec import parse_spec
from fedlearn.v1 import federation_pb2 as pb


def spec_of(**parts):
    return json.dumps({"name": "digits-1", "model": {"kind": "k", "tensors": [{"name": "w", "shape": [3]}]}, "cohort": {"minimum": 2}, **parts})


def announced(**parts):
    text = spec_of(**parts)
    run = pb.RunAnnouncement(run_id="r", name="digits-1", spec_json=text, seed=1)
    run.manifest.hash = parse_spec(text).manifest.hash
    return run


class Usual(Trainer):
    """A trainer that nobody lets train here."""

    def fit(self, parameters, context):
        raise AssertionError("only asked whether it would")

    def evaluate(self, parameters, context):
        raise AssertionError("only asked whether it would")


def decide(run=None, trainer=None, policy=None, **more):
    return Admission("a", [trainer or Usual()], policy or Policy(["digits-*"]), **more).decide(run or announced())


def test_admission_run_that_fits_is_accepted_with_this_participants_limits():
    answer = decide(announced(client={"maxSteps": 7, "maxSeconds": 3}), max_steps=5, max_seconds=9.0)
    assert isinstance(answer, Accepted) and (answer.run.settings.max_steps, answer.run.settings.max_seconds) == (5, 3)


class Other(Usual):
    kind = "other"


class Unwilling(Usual):
    def decline_reason(self, run):
        return f"no {run.name} today"


class Broken(Usual):
    def decline_reason(self, run):
        raise KeyError("oops")


def test_trainer_without_its_two_methods_is_refused_before_it_runs():
    class Half(Trainer):
        def fit(self, parameters, context):
            raise AssertionError("never made")

    with pytest.raises(TypeError, match="evaluate"):
        Half()


@pytest.mark.parametrize("answer, words", [
    (lambda: decide(policy=Policy(["other"])), "serves the runs other, not 'digits-1'"),
    (lambda: decide(policy=Policy(["*"], kinds=["mlp"])), "serves the model kinds mlp, not 'k'"),
    (lambda: decide(policy=Policy(["*"], strategies=["median"])), "serves the strategies median, not 'fedavg'"),
    (lambda: decide(policy=Policy(["*"], minimum_cohort=3)), "at least 3 clients, the run has cohort.minimum 2"),
    (lambda: decide(policy=Policy(["*"], max_parameters=2)), "at most 2 parameters, the run's model has 3"),
    (lambda: decide(trainer=Other()), "no trainer for model kind 'k' here; this client has: other"),
    (lambda: decide(announced(strategy={"kind": "scaffold"})), "scaffold"),
    (lambda: decide(announced(client={"personalLambda": 0.1})), "personalLambda"),
    (lambda: decide(announced(client={"encoding": "int4"})), "encoded as 'int4'; this client knows f32, bf16, int8, topk"),
    (lambda: decide(pb.RunAnnouncement(spec_json=spec_of())), "is not the one that the spec's tensors give"),
    (lambda: decide(pb.RunAnnouncement(spec_json="{")), "cannot read the run's spec"),
    (lambda: decide(trainer=Unwilling()), "no digits-1 today"),
    (lambda: decide(trainer=Broken()), "failed when asked")])
def test_admission_run_that_does_not_fit_is_declined_with_the_reason(answer, words):
    declined = answer()
    assert isinstance(declined, Declined) and words in declined.reason


def test_admission_run_for_data_of_another_schema_is_declined():
    run = announced()
    run.data_schema_digest = "ab"
    assert "this client's data has none" in decide(run).reason


def test_policy_patterns_take_any_text_for_a_star():
    assert matches("digits-*", "digits-1") and matches("*", "") and matches("a*b*c", "axxbc") and not matches("a.c", "abc") and not matches("digits", "digits-1")


@pytest.mark.parametrize("options, words", [
    (dict(client_id="a"), "serve: expected the names"), (dict(client_id="A b", serve=["x"]), "client_id: expected"),
    (dict(client_id="a", policy=Policy(["x"], minimum_cohort=0)), "minimum_cohort: expected 1"),
    (dict(client_id="a", serve=["x"], max_concurrent=0), "max_concurrent"), (dict(identity="nowhere", serve=["x"]), "no identity at")])
def test_client_mistakes_in_the_options_are_named(tmp_path, options, words):
    with pytest.raises(FederationError) as fault:
        Client(state=tmp_path / "state", key=tmp_path / "key", **options)
    assert words in str(fault.value)


def test_client_without_a_trainer_says_so(tmp_path):
    with pytest.raises(FederationError, match="fit and evaluate"):
        Client(client_id="a", serve=["x"], state=tmp_path / "state", key=tmp_path / "key").run(object())


@pytest.mark.parametrize("word", ["", "hello", "fedlearn-invitation-", "fedlearn-invitation-AAAA", "fedlearn-invitation-" + "A" * 120])
def test_invitation_that_is_none_is_refused_without_repeating_it(word):
    with pytest.raises(FederationError) as fault:
        Invitation.parse(word)
    assert "AAAA" not in str(fault.value)
