"""The trainer: the two methods that a participant writes, and what they are given."""
from __future__ import annotations

import abc
import time
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Mapping, Optional, Sequence

import numpy as np

from ..errors import GivenUp
from .manifest import Manifest
from .spec import ClientSettings

Tensors = Dict[str, np.ndarray]


@dataclass(frozen=True)
class Run:
    """A run that this participant has been told of."""

    run_id: str
    name: str
    client_id: str
    kind: str
    model: Dict[str, Any]
    """The spec's whole `model` object, with the kind's own fields."""
    manifest: Manifest
    settings: ClientSettings
    strategy: str
    seed: int
    evaluate_only: bool = False


@dataclass(frozen=True)
class Context:
    """What one round asks for."""

    run: Run
    round: int
    """Counts from 1."""
    should_stop: Callable[[], bool] = lambda: False
    """Whether the work has become pointless: the round is over, its time is up, or the worker stops. Look at it between steps."""
    started: float = field(default_factory=time.monotonic)

    @property
    def settings(self) -> ClientSettings:
        return self.run.settings

    @property
    def learning_rate(self) -> float:
        """The spec's learning rate in this round."""
        return self.settings.learning_rate_at(self.round)

    def check(self) -> None:
        """Raises GivenUp where the work has become pointless; the package handles it."""
        if self.should_stop():
            raise GivenUp

    def is_enough(self, steps: int) -> bool:
        """Whether the limits of the spec and of this participant (max_steps, max_seconds) end the training after so many steps."""
        settings = self.settings
        return bool(0 < settings.max_steps <= steps or 0 < settings.max_seconds <= time.monotonic() - self.started)

    def random(self) -> np.random.Generator:
        """A generator that is the same whenever this client does this round: a round that is trained again gives the same update."""
        return np.random.Generator(np.random.PCG64([self.run.seed & (2**64 - 1), self.round, *self.run.client_id.encode()]))


@dataclass(frozen=True)
class FitResult:
    """What training came to."""

    parameters: Mapping[str, np.ndarray]
    """All tensors of the model, trained: the parameters, not the delta."""
    num_examples: int
    """The size of the local training set, at least 1: the weight in FedAvg."""
    steps: int = 0
    """Optimizer steps; at least 1 where the run's strategy is fednova."""
    metrics: Mapping[str, float] = field(default_factory=dict)
    """Finite numbers by name, at most 64; `loss` is the mean training loss."""


@dataclass(frozen=True)
class EvaluationResult:
    """How good parameters are on this participant's own test data."""

    num_examples: int
    metrics: Mapping[str, float]
    """Finite numbers by name, at most 64: `loss`, `accuracy`, ..."""


class Trainer(abc.ABC):
    """To be derived from, or imitated: any object with `fit` and `evaluate` is a trainer, and the members below have these defaults."""

    kind: Optional[str] = None
    """The spec's `model.kind` that it serves; None: every kind of the runs that the policy names."""
    training_examples: int = 0
    """The size of the training set; 0 does not tell. Runs with "selection": "dataSize" go by it."""
    label_counts: Sequence[int] = ()
    """Of a classifier how many training examples have each label; told only with `report_label_counts`."""
    data_schema_digest: Optional[str] = None
    """SHA-256 of the data's schema, lower-case hex; a run that asks for another one is declined."""

    def decline_reason(self, run: Run) -> Optional[str]:
        """Why it cannot serve a run, for the operator; None where it can."""
        return None

    @abc.abstractmethod
    def fit(self, parameters: Tensors, context: Context) -> FitResult:
        """Trains from these parameters, which may be written to, and returns new ones."""

    @abc.abstractmethod
    def evaluate(self, parameters: Tensors, context: Context) -> EvaluationResult:
        """Says how good these parameters are."""


def member(trainer: Any, name: str) -> Any:
    """A member that a trainer may leave out."""
    value = getattr(trainer, name, None)
    return value if value is not None else getattr(Trainer, name) if name != "decline_reason" else (lambda run: None)
