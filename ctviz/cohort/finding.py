"""What a study asks of a model: one class of several, or of several findings one."""

from ctviz.core import InvalidInput
from ctviz.core.results import FOUND, Prediction
from ctviz.models import ModelCard
from ctviz.models.answers import labels_of


def require_question(card: ModelCard, finding: str) -> None:
    """Refuse a study of a model that says nothing of its finding, or of several without one.

    Raises
    ------
    InvalidInput
        In a sentence that names the findings to choose among.
    """
    if finding and not card.multi_label:
        raise InvalidInput(
            f"The model '{card.id}' tells classes apart and judges no finding by itself; leave out "
            f"the finding '{finding}'."
        )
    if card.multi_label and finding not in card.classes:
        raise InvalidInput(
            f"The model '{card.id}' judges {len(card.classes)} findings by themselves, and a study "
            f"is about one: say which finding ({', '.join(card.classes)})."
        )


def without(finding: str) -> str:
    """Return what a slice is called on which a finding is not there.

    >>> without("nodule")
    'no nodule'
    """
    return f"no {finding}"


def is_there(truth: str | None, finding: str, classes: tuple[str, ...]) -> bool | None:
    """Return whether a finding is known to be on a slice, or not to be; None where nobody knows.

    >>> known = ("nodule", "mass")
    >>> [is_there(truth, "mass", known) for truth in ("mass; nodule", "none", "arterial", None)]
    [True, False, None, None]
    """
    found = labels_of(truth or "", classes, {}, multi_label=True)
    return None if found is None else classes.index(finding) in found


def truth_of(truth: str | None, finding: str, classes: tuple[str, ...]) -> str:
    """Return the true class of a slice in a study; empty where it is not known."""
    if not finding:
        return truth or ""
    there = is_there(truth, finding, classes)
    return "" if there is None else (finding if there else without(finding))


def answer_of(prediction: Prediction, finding: str) -> str:
    """Return what a model answers to a study: its label, or whether it finds the finding."""
    if not finding:
        return prediction.label
    share = prediction.probabilities[prediction.classes.index(finding)]
    return finding if share >= FOUND else without(finding)
