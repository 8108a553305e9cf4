"""Checks what a trainer returned, so that its author reads the mistake here and not in the coordinator's refusal."""
from __future__ import annotations

import math
from typing import Dict, Mapping

from ..errors import RefusedError
from .trainer import EvaluationResult, FitResult, Run

MOST_METRICS = 64


def check_fit(result: object, run: Run) -> FitResult:
    """The result itself, where it is one."""
    if not isinstance(result, FitResult):
        raise RefusedError(f"the trainer's fit returned {type(result).__name__}; a FitResult is expected")
    _require(result.num_examples >= 1, f"the trainer returned {result.num_examples} examples; at least 1 is expected")
    least = 1 if run.strategy == "fednova" else 0
    _require(result.steps >= least, f"the trainer returned {result.steps} steps; at least {least} is expected with the strategy {run.strategy}")
    metrics = clean(result.metrics)
    _require(run.strategy != "qfedavg" or metrics.get("baseLoss", -1) >= 0,
             "the run's strategy is qfedavg: the trainer's metrics must have baseLoss, the mean loss of the parameters that came on the training set")
    return result


def check_evaluation(result: object) -> EvaluationResult:
    """The result itself, where it is one."""
    if not isinstance(result, EvaluationResult):
        raise RefusedError(f"the trainer's evaluate returned {type(result).__name__}; an EvaluationResult is expected")
    _require(result.num_examples >= 1, f"the trainer evaluated {result.num_examples} examples; at least 1 is expected")
    clean(result.metrics)
    return result


def clean(metrics: Mapping[str, float]) -> Dict[str, float]:
    """Metrics as plain floats."""
    _require(len(metrics) <= MOST_METRICS, f"the trainer returned {len(metrics)} metrics; at most {MOST_METRICS} are expected")
    plain = {str(name): float(value) for name, value in metrics.items()}
    for name, value in plain.items():
        _require(math.isfinite(value), f"the trainer's metric '{name}' is {value}; a finite number is expected. Has training diverged?")
    return plain


def _require(holds: bool, mistake: str) -> None:
    if not holds:
        raise RefusedError(mistake)
