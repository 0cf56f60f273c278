"""Networks that other groups have trained: inspected in a process of their own, then kept."""

from ctviz.models.intake.adding import CardAnswers, add_onnx
from ctviz.models.intake.bin import (
    BinnedModel,
    binned_models,
    empty_model_bin,
    put_model,
    restore_model,
)
from ctviz.models.intake.inspecting import Inspection, SizeIsOpen, inspect_onnx
from ctviz.models.intake.rehearsal import Rehearsal, rehearsed

__all__ = [
    "BinnedModel",
    "CardAnswers",
    "Inspection",
    "Rehearsal",
    "SizeIsOpen",
    "add_onnx",
    "binned_models",
    "empty_model_bin",
    "inspect_onnx",
    "put_model",
    "rehearsed",
    "restore_model",
]
