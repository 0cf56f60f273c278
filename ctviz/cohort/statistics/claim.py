"""What is claimed of a cohort: one of the paper's findings, by certain metrics."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from ctviz.core import InvalidInput

ClaimKind: TypeAlias = Literal["sign", "sign throughout", "sign matters", "leader", "disagreement"]
"""That absolute values beat signed ones, for one estimator or for every one; that signed values
beat absolute ones for most; that one estimator leads; that two metrics rank the estimators
differently."""


@dataclass(frozen=True)
class Claim:
    """One claim, which a verdict says to hold or not.

    Parameters
    ----------
    kind
        Which of the paper's findings it is.
    metrics
        By which metrics: two for a disagreement, else one.
    estimator
        Of whom; empty where it is about all.
    """

    kind: ClaimKind
    metrics: tuple[str, ...]
    estimator: str = ""

    def __post_init__(self) -> None:
        if len(self.metrics) != 1 + (self.kind == "disagreement"):
            raise InvalidInput(f"A claim of the kind '{self.kind}' is not about {self.metrics}.")

    def __str__(self) -> str:
        """Return the claim as a sentence."""
        metrics = " and ".join(self.metrics)
        match self.kind:
            case "sign":
                return f"Absolute values beat signed ones for {self.estimator} by {metrics}."
            case "sign throughout":
                return f"Absolute values beat signed ones for every estimator by {metrics}."
            case "sign matters":
                return f"Signed values beat absolute ones for most estimators by {metrics}."
            case "leader":
                return f"{self.estimator} leads {metrics}."
            case "disagreement":
                return f"{metrics} rank the estimators differently."
