"""Networks that other groups have trained: inspected in a process of their own, then kept."""

from ctviz.models.intake.adding import Answers, add_onnx
from ctviz.models.intake.inspecting import Inspection, inspect_onnx

__all__ = ["Answers", "Inspection", "add_onnx", "inspect_onnx"]
