"""Networks that other groups have trained: inspected in a process of their own, then kept."""

from ctviz.models.intake.adding import CardAnswers, add_onnx
from ctviz.models.intake.inspecting import Inspection, inspect_onnx

__all__ = ["CardAnswers", "Inspection", "add_onnx", "inspect_onnx"]
