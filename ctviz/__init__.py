"""Find out which importance estimator (saliency map) to trust for a CT classifier.

>>> import ctviz
>>> sorted(ctviz.__all__)
['CardAnswers', 'explain', 'load_case', 'load_model', 'save_model']

Everything else is reached through its module: ``ctviz.estimators.ESTIMATORS``,
``ctviz.metrics.METRICS``, ``ctviz.backend.Backend`` …
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctviz.backend import explain
    from ctviz.io import load_case
    from ctviz.models import load_model
    from ctviz.models.intake import CardAnswers, save_model

__all__ = ["CardAnswers", "explain", "load_case", "load_model", "save_model"]

_HOMES = {
    "CardAnswers": "ctviz.models.intake",
    "explain": "ctviz.backend",
    "load_case": "ctviz.io",
    "load_model": "ctviz.models",
    "save_model": "ctviz.models.intake",
}


def __getattr__(name: str) -> object:
    # What needs torch or DICOM is imported when it is asked for, so that importing ctviz is quick.
    if name not in _HOMES:
        raise AttributeError(f"module 'ctviz' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
