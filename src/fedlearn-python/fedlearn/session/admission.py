"""Decides whether this client serves a run, and remembers those that are open."""
from __future__ import annotations

import dataclasses
import hashlib
import logging
import threading
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Sequence, Set, Union

from ..policy import Policy
from ..training.encodings import NAMES
from ..training.spec import ClientSettings, RunSpec, parse_spec
from ..training.trainer import Run, member
from ..v1 import federation_pb2 as pb

log = logging.getLogger("fedlearn")


@dataclass(frozen=True)
class Accepted:
    """A run that is served, and by which trainer."""

    run: Run
    trainer: Any
    spec_digest: str
    num_examples: int = 0
    label_counts: Sequence[int] = ()


@dataclass(frozen=True)
class Declined:
    reason: str


Answer = Union[Accepted, Declined]


@dataclass(frozen=True)
class Admission:
    """What decides: policy, trainers, and this participant's own limits."""

    client_id: str
    trainers: Sequence[Any]
    policy: Policy
    evaluate_only: bool = False
    report_label_counts: bool = False
    max_steps: int = 0
    max_seconds: float = 0.0

    def decide(self, announced: "pb.RunAnnouncement") -> Answer:
        try:
            spec = parse_spec(announced.spec_json)
        except ValueError as fault:
            return Declined(f"this client cannot read the run's spec: {fault}")
        against = self.policy.why_not(spec) or self._why_not(announced, spec)
        if against:
            return Declined(against)
        trainer = self._trainer(spec.kind)
        run = Run(announced.run_id, spec.name, self.client_id, spec.kind, spec.model, spec.manifest, self._limited(spec.client), spec.strategy,
                  announced.seed, self.evaluate_only)
        try:
            reason = member(trainer, "decline_reason")(run)
        except Exception as fault:  # The trainer is foreign code: whatever it raises concerns this run alone.
            reason = f"the trainer failed when asked: {fault}"
        if reason:
            return Declined(str(reason))
        digest = hashlib.sha256(announced.spec_json.encode()).hexdigest()
        if self.evaluate_only:
            return Accepted(run, trainer, digest)
        counts = [int(n) for n in member(trainer, "label_counts")] if self.report_label_counts else []
        return Accepted(run, trainer, digest, max(0, int(member(trainer, "training_examples"))), counts)

    def _trainer(self, kind: str) -> Any:
        return next((t for t in self.trainers if member(t, "kind") in (None, kind)), None)

    def _why_not(self, announced: "pb.RunAnnouncement", spec: RunSpec) -> Optional[str]:
        trainer = self._trainer(spec.kind)
        if trainer is None:
            return f"no trainer for model kind '{spec.kind}' here; this client has: {', '.join(sorted(str(member(t, 'kind')) for t in self.trainers))}"
        if announced.manifest.hash != spec.manifest.hash:
            return f"the manifest announced ({announced.manifest.hash}) is not the one that the spec's tensors give ({spec.manifest.hash})"
        schema = member(trainer, "data_schema_digest")
        if announced.data_schema_digest and announced.data_schema_digest != schema:
            return f"the run asks for data of schema {announced.data_schema_digest}, this client's data has {schema or 'none'}"
        if self.evaluate_only:
            return None
        if spec.client.encoding not in NAMES:
            return f"the run's updates are encoded as '{spec.client.encoding}'; this client knows {', '.join(NAMES)}"
        if spec.strategy == "scaffold":
            return "the run's strategy is scaffold, whose steps add a correction to each gradient; the Python client does not carry controls"
        if spec.client.personal_lambda > 0:
            return "the run has client.personalLambda; the Python client keeps no personal model"
        return None

    def _limited(self, settings: ClientSettings) -> ClientSettings:
        return dataclasses.replace(
            settings, max_steps=int(_tighter(settings.max_steps, self.max_steps)), max_seconds=_tighter(settings.max_seconds, self.max_seconds))


def _tighter(a: float, b: float) -> float:
    """The smaller of two limits, of which 0 means none."""
    return max(a, b) if 0 in (a, b) else min(a, b)


class RunBook:
    """The open runs, and what this client has answered to each."""

    def __init__(self, admission: Admission) -> None:
        self._admission, self._turn = admission, threading.Lock()
        self._open: Dict[str, Answer] = {}
        self._named: Set[str] = set()
        self._served = False

    @property
    def open(self) -> List[str]:
        with self._turn:
            return list(self._open)

    @property
    def all_over(self) -> bool:
        """Whether there was a run and none is open any more."""
        return self._served and not self.open

    def accepted(self, run_id: str) -> Optional[Accepted]:
        with self._turn:
            answer = self._open.get(run_id)
        return answer if isinstance(answer, Accepted) else None

    def begin_state(self) -> None:
        self._named.clear()

    def end_state(self) -> List[str]:
        """The runs that the coordinator did not name on this connection: they are over."""
        return [run_id for run_id in self.open if run_id not in self._named]

    def announce(self, announced: "pb.RunAnnouncement") -> Answer:
        self._named.add(announced.run_id)
        self._served = True
        known = self._open.get(announced.run_id)
        answer = known or self._admission.decide(announced)
        if known is None:
            if isinstance(answer, Accepted):
                log.info("run %s (%s): accepted, %s, %d parameters", announced.run_id, announced.name, answer.run.kind, answer.run.manifest.size)
            else:
                log.warning("run %s (%s): declined: %s", announced.run_id, announced.name, answer.reason)
        with self._turn:
            self._open[announced.run_id] = answer
        return answer

    def remove(self, run_id: str) -> None:
        with self._turn:
            self._open.pop(run_id, None)
