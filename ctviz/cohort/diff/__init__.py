"""Does a new network look where the old one looked? An explanation's regression test."""

from ctviz.cohort.diff.compare import compare_models
from ctviz.cohort.diff.verdict import ComparedFigure, ModelComparison

__all__ = ["ComparedFigure", "ModelComparison", "compare_models"]
