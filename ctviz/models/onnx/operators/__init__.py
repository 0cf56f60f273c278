"""The operations of ONNX that an image classifier is made of, as modules of torch.

What is registered here is all that a network from a file can do. Layers with weights become
torch's own (``nn.Conv2d``, ``nn.Linear``, …), so that backward rules and layer choices find them.
"""

# Each registers its own.
from ctviz.models.onnx.operators import (  # noqa: F401
    activations,
    arithmetic,
    layers,
    reductions,
    shapes,
)
from ctviz.models.onnx.operators.base import OPERATORS, Given, Step

__all__ = ["OPERATORS", "Given", "Step"]
