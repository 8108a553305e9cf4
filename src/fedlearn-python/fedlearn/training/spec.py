"""What a participant reads of a run's spec (docs/run-spec.md)."""
from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any, Dict

from .manifest import Manifest, TensorShape


@dataclass(frozen=True)
class ClientSettings:
    """The spec's `client`. What this package does not know stands in `extra`."""

    epochs: int = 1
    batch_size: int = 32
    learning_rate: float = 0.1
    learning_rate_schedule: str = "exponential"
    learning_rate_decay: float = 1.0
    schedule_rounds: int = 10
    learning_rate_floor: float = 0.0
    momentum: float = 0.0
    weight_decay: float = 0.0
    proximal_mu: float = 0.0
    max_gradient_norm: float = 0.0
    local_tensors: str = ""
    personal_lambda: float = 0.0
    max_steps: int = 0
    max_seconds: float = 0.0
    encoding: str = "f32"
    top_k: float = 0.01
    extra: Dict[str, Any] = field(default_factory=dict)

    def learning_rate_at(self, round_number: int) -> float:
        """The learning rate of a round, from 1 on, by the spec's schedule."""
        past, every = round_number - 1, self.schedule_rounds
        if self.learning_rate_schedule == "cosine":
            share = min(past / every, 1.0)
            return self.learning_rate_floor + (self.learning_rate - self.learning_rate_floor) * (1 + math.cos(math.pi * share)) / 2
        falls = past // every if self.learning_rate_schedule == "step" else past
        return max(self.learning_rate_floor, self.learning_rate * self.learning_rate_decay**falls)


@dataclass(frozen=True)
class RunSpec:
    """A run as its operator has described it."""

    name: str
    kind: str
    model: Dict[str, Any]
    manifest: Manifest
    strategy: str
    minimum_cohort: int
    client: ClientSettings


_NAMES = {name: "".join(part.capitalize() if i else part for i, part in enumerate(name.split("_")))
          for name in ClientSettings.__dataclass_fields__ if name != "extra"}


def parse_spec(text: str) -> RunSpec:
    """Reads a spec as the coordinator announces it: JSON without comments. ValueError says what cannot be read."""
    try:
        spec = json.loads(text)
        model = spec["model"]
        tensors = [TensorShape(t["name"], tuple(int(d) for d in t["shape"])) for t in model["tensors"]]
        return RunSpec(
            name=str(spec["name"]),
            kind=str(model["kind"]),
            model=model,
            manifest=Manifest(tensors),
            strategy=str(_part(spec, "strategy").get("kind", "fedavg")),
            minimum_cohort=int(_part(spec, "cohort").get("minimum", 1)),
            client=_settings(_part(spec, "client")),
        )
    except (KeyError, TypeError, AttributeError) as fault:
        raise ValueError(f"expected name, and model with kind and tensors of name and shape; {type(fault).__name__}: {fault}") from None


def _part(spec: Dict[str, Any], name: str) -> Dict[str, Any]:
    return spec.get(name) or {}


def _settings(client: Dict[str, Any]) -> ClientSettings:
    known = {name: client[json_name] for name, json_name in _NAMES.items() if client.get(json_name) is not None}
    extra = {name: value for name, value in client.items() if name not in _NAMES.values()}
    return ClientSettings(**known, extra=extra)
