"""Networks that other groups have trained: inspected in a process of their own, then kept."""

from ctviz.models.intake.adding import add_file, add_network
from ctviz.models.intake.answers import CardAnswers
from ctviz.models.intake.bin import (
    BinnedModel,
    binned_models,
    empty_model_bin,
    put_model,
    restore_model,
)
from ctviz.models.intake.bundle import Bundle, read_bundle
from ctviz.models.intake.exporting import save_model
from ctviz.models.intake.inspecting import Inspection, LeftOpen, inspect_onnx
from ctviz.models.intake.rehearsal import Rehearsal, rehearsed

__all__ = [
    "BinnedModel",
    "Bundle",
    "CardAnswers",
    "Inspection",
    "LeftOpen",
    "Rehearsal",
    "add_file",
    "add_network",
    "binned_models",
    "empty_model_bin",
    "inspect_onnx",
    "put_model",
    "read_bundle",
    "rehearsed",
    "restore_model",
    "save_model",
]
