"""Trainers of the end-to-end tests."""
from __future__ import annotations

import os
import pathlib
import time

import numpy as np
from fedlearn import Context, EvaluationResult, FitResult, Trainer


class Steps(Trainer):
    """Adds `by` to every parameter each round: what a run comes to can be told beforehand."""

    def __init__(self, by: float = 1.0, examples: int = 10) -> None:
        self._by, self._examples = by, examples

    def fit(self, parameters: "dict[str, np.ndarray]", context: Context) -> FitResult:
        return FitResult({name: values + np.float32(self._by) for name, values in parameters.items()}, self._examples, 1, {"loss": self._by})

    def evaluate(self, parameters: "dict[str, np.ndarray]", context: Context) -> EvaluationResult:
        return EvaluationResult(self._examples, {"loss": float(np.mean([values.mean() for values in parameters.values()]))})


class Gated(Steps):
    """Says in a file that it trains, and goes on once another file is there."""

    def __init__(self, folder: str, by: float = 1.0) -> None:
        super().__init__(by)
        self._folder = pathlib.Path(folder)

    def fit(self, parameters: "dict[str, np.ndarray]", context: Context) -> FitResult:
        with open(self._folder / "trained", "a") as file:
            file.write(f"{context.round} {os.getpid()}\n")
        while not (self._folder / "go").exists():
            context.check()
            time.sleep(0.02)
        return super().fit(parameters, context)
