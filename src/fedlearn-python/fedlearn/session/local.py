"""The tensors that a run leaves with its clients (`client.localTensors`): each keeps its own values, and sends a delta of zero for them."""
from __future__ import annotations

from typing import Callable

import numpy as np

from ..policy import matches
from ..training.trainer import Run
from .carried import Carried


class LocalTensors:
    """Where they lie in the vector."""

    def __init__(self, run: Run) -> None:
        patterns = [p.strip() for p in run.settings.local_tensors.split(",") if p.strip()]
        places = [np.full(t.size, any(matches(p, t.name) for p in patterns)) for t in run.manifest.tensors]
        self._mask = np.concatenate(places) if places else np.zeros(0, dtype=bool)
        self.count = int(np.count_nonzero(self._mask))
        self._run = run

    def own(self, vector: np.ndarray, carried: Carried, round_number: int, should_stop: Callable[[], bool]) -> np.ndarray:
        """A version's parameters as this client has them before a round: with its own values, where it has any yet."""
        values = carried.find(self._run.run_id, round_number, self.count, should_stop) if self.count else None
        return vector if values is None else self._with(vector, values)

    def shared(self, trained: np.ndarray, base: np.ndarray) -> np.ndarray:
        """Trained parameters as they are sent: without this client's own values."""
        return self._with(trained, base[self._mask]) if self.count else trained

    def keep(self, trained: np.ndarray, carried: Carried, round_number: int, update_digest: bytes) -> None:
        """Keeps the values that are this client's own if the round counts its update."""
        if self.count:
            carried.keep(self._run.run_id, round_number, trained[self._mask], update_digest)

    def _with(self, vector: np.ndarray, values: np.ndarray) -> np.ndarray:
        copy = vector.copy()
        copy[self._mask] = values
        return copy
