"""What a participant agrees to, whatever an operator asks for."""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import List, Optional, Sequence

from .training.spec import RunSpec


def matches(pattern: str, name: str) -> bool:
    """Whether a name fits a pattern, in which `*` stands for any characters."""
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), name, re.DOTALL) is not None


@dataclass(frozen=True)
class Policy:
    """A run beyond it is declined with the reason."""

    runs: Sequence[str] = ()
    """The names of the runs that it serves; `*` stands for any text. Default none: nothing is served."""
    kinds: Sequence[str] = ("*",)
    """The kinds of model, likewise."""
    strategies: Sequence[str] = ("*",)
    """The strategies, likewise."""
    minimum_cohort: int = 2
    """The fewest clients of a round (the spec's cohort.minimum), 1 to 1,000,000: a version made of one update is that update."""
    max_parameters: int = 0
    """The most parameters of a model; 0 = no limit."""

    def mistakes(self) -> List[str]:
        """What is wrong with it; empty where nothing is."""
        found = []
        if not self.runs:
            found.append("serve: expected the names of the runs that this participant agrees to, such as 'first-run', 'digits-*' or, for all, '*'")
        if not 1 <= self.minimum_cohort <= 1_000_000:
            found.append(f"minimum_cohort: expected 1 to 1000000, got {self.minimum_cohort}")
        if self.max_parameters < 0:
            found.append(f"max_parameters: expected 0 (no limit) or more, got {self.max_parameters}")
        return found

    def why_not(self, spec: RunSpec) -> Optional[str]:
        """Why a run is not served; None where it is."""
        for what, patterns, name in (("runs", self.runs, spec.name), ("model kinds", self.kinds, spec.kind), ("strategies", self.strategies, spec.strategy)):
            if not any(matches(pattern, name) for pattern in patterns):
                return f"this participant's policy: it serves the {what} {', '.join(patterns)}, not '{name}'"
        if spec.minimum_cohort < self.minimum_cohort:
            return f"this participant's policy: rounds of at least {self.minimum_cohort} clients, the run has cohort.minimum {spec.minimum_cohort}"
        if 0 < self.max_parameters < spec.manifest.size:
            return f"this participant's policy: at most {self.max_parameters} parameters, the run's model has {spec.manifest.size}"
        return None
