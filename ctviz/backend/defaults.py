"""Where a reader starts who has not chosen yet."""

from collections.abc import Mapping

from ctviz.core import UnknownName
from ctviz.models import ModelCard

DEFAULT_MODEL = "contrast-small"
"""Quick on two cores."""

DEFAULT_ESTIMATORS = ("smoothgrad-squared", "integrated-gradients-bw", "gradient", "random")
"""The paper's winner, its best path method, the plainest map and the control."""


def default_model(shelf: Mapping[str, ModelCard]) -> str:
    """Return the model to start with, refusing an empty shelf."""
    if not shelf:
        raise UnknownName("model", DEFAULT_MODEL, ())
    return DEFAULT_MODEL if DEFAULT_MODEL in shelf else next(iter(shelf))
