"""The nouns of ctviz, its errors, registry, hyperparameters and settings."""

from ctviz.core.arrays import FloatMap, Mask, digest
from ctviz.core.case import Case, Slice
from ctviz.core.curve_panel import CurvePanel
from ctviz.core.errors import (
    Cancelled,
    CtvizError,
    InvalidInput,
    InvalidParameter,
    NotAllowed,
    NotSaved,
    StorageRefused,
    UnknownName,
    UnreadableScan,
    UnsupportedNetwork,
    UnusableModel,
    saved_or_said,
)
from ctviz.core.params import Param, Tunable, Value, param, parameters
from ctviz.core.prior import Prior
from ctviz.core.progress import Progress
from ctviz.core.region import Region
from ctviz.core.registry import Registry
from ctviz.core.results import (
    SIGNS,
    Curve,
    ImportanceMap,
    Prediction,
    Score,
    Sign,
    signed_view,
)
from ctviz.core.settings import Settings
from ctviz.core.targets import Contrast, Target, checked_explained, checked_target

__all__ = [
    "SIGNS",
    "Cancelled",
    "Case",
    "Contrast",
    "CtvizError",
    "Curve",
    "CurvePanel",
    "FloatMap",
    "ImportanceMap",
    "InvalidInput",
    "InvalidParameter",
    "Mask",
    "NotAllowed",
    "NotSaved",
    "Param",
    "Prediction",
    "Prior",
    "Progress",
    "Region",
    "Registry",
    "Score",
    "Settings",
    "Sign",
    "Slice",
    "StorageRefused",
    "Target",
    "Tunable",
    "UnknownName",
    "UnreadableScan",
    "UnsupportedNetwork",
    "UnusableModel",
    "Value",
    "checked_explained",
    "checked_target",
    "digest",
    "param",
    "parameters",
    "saved_or_said",
    "signed_view",
]
