"""The networks a model card may name: one frozen dataclass each, nothing else is ever built.

Other distributions add theirs through the entry-point group ``ctviz.architectures``.
"""

from ctviz.models.architectures.base import (
    ARCHITECTURES,
    Architecture,
    SingleNeuron,
    TensorNames,
    build_network,
    scaled,
)

__all__ = [
    "ARCHITECTURES",
    "Architecture",
    "SingleNeuron",
    "TensorNames",
    "build_network",
    "scaled",
]
