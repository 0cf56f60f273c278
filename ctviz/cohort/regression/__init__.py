"""Does a new network look where the old one looked? An explanation's regression test."""

from ctviz.cohort.regression.compare import compare_models
from ctviz.cohort.regression.verdict import Figure, ModelComparison

__all__ = ["Figure", "ModelComparison", "compare_models"]
