"""Quicker forms of a network that give the same scores but for rounding."""

from ctviz.models.passes.exactness import EXACT, worst_difference
from ctviz.models.passes.onnx_runtime import exported, quick_scores

__all__ = ["EXACT", "exported", "quick_scores", "worst_difference"]
