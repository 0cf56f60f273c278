"""Somebody else's network: called in one place, watched before it is believed, left as it was."""

from ctviz.networks.calling import (
    NetworkFailed,
    class_scores,
    foreign_code,
    in_layout,
    said,
    slopes,
)
from ctviz.networks.conduct import Conduct, conduct_of
from ctviz.networks.functions import FunctionWatch, tensors_in
from ctviz.networks.quick import QuickScores, answers, lay_out, offer_quick_form
from ctviz.networks.quiet import undisturbed
from ctviz.networks.record import NO_GRADIENT, require_whole_gradient

__all__ = [
    "NO_GRADIENT",
    "Conduct",
    "FunctionWatch",
    "NetworkFailed",
    "QuickScores",
    "answers",
    "class_scores",
    "conduct_of",
    "foreign_code",
    "in_layout",
    "lay_out",
    "offer_quick_form",
    "require_whole_gradient",
    "said",
    "slopes",
    "tensors_in",
    "undisturbed",
]
