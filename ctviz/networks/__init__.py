"""Somebody else's network: called in one place, watched before it is believed, left as it was."""

from ctviz.networks.calling import (
    NetworkFailed,
    class_scores,
    foreign_code,
    in_layout,
    said,
    score_of,
    slopes,
)
from ctviz.networks.conduct import Conduct, conduct_of
from ctviz.networks.functions import FunctionWatch, tensors_in
from ctviz.networks.gpu import (
    compute_exactly,
    exact_arithmetic,
    free_bytes,
    precise,
    sent,
    wait_for,
)
from ctviz.networks.quick import QuickScores, answers, lay_out, offer_quick_form
from ctviz.networks.quiet import State, state_of, undisturbed
from ctviz.networks.record import NO_GRADIENT, require_whole_gradient

__all__ = [
    "NO_GRADIENT",
    "Conduct",
    "FunctionWatch",
    "NetworkFailed",
    "QuickScores",
    "State",
    "answers",
    "class_scores",
    "compute_exactly",
    "conduct_of",
    "exact_arithmetic",
    "foreign_code",
    "free_bytes",
    "in_layout",
    "lay_out",
    "offer_quick_form",
    "precise",
    "require_whole_gradient",
    "said",
    "score_of",
    "sent",
    "slopes",
    "state_of",
    "tensors_in",
    "undisturbed",
    "wait_for",
]
