"""Whether an estimator's maps depend on what the model has learnt, in a word and a sentence."""

from collections.abc import Mapping
from types import MappingProxyType

from ctviz.backend import Sanity
from ctviz.estimators import Estimator
from ctviz.ui.service import backend
from ctviz.ui.viewer import Badge, Verdict

UNKNOWN = (
    "Whether the map changes when the model forgets what it has learnt is not known yet; it is "
    "found out while there is nothing else to do."
)

VERDICTS: Mapping[bool | None, Verdict] = MappingProxyType(
    {True: "passed", False: "not passed", None: "not applicable"}
)
MARKS: Mapping[Verdict, str] = MappingProxyType(
    {"passed": "✓", "not passed": "✗", "not yet known": "?", "not applicable": "–"}
)


def badge_of(estimator: Estimator, sanity: Sanity | None) -> Badge | None:
    """Return the badge of an estimator; None for a control, which has nothing to pass."""
    if estimator.control:
        return None
    if sanity is None:
        return Badge("not yet known", UNKNOWN)
    return Badge(VERDICTS[sanity.passed], sanity.why)


def known_badge(model_id: str | None, estimator: Estimator) -> Badge | None:
    """Return the badge as far as it is known without computing anything."""
    sanity = None if model_id is None else backend().known_sanity(model_id, estimator)
    return badge_of(estimator, sanity)


def marked(badge: Badge) -> str:
    """Return a badge as one short text.

    >>> marked(Badge("passed", "It changes."))
    'sanity ✓'
    """
    return f"sanity {MARKS[badge.verdict]}"
