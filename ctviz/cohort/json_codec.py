"""Frozen values to JSON and back, by the types that their dataclasses state.

JSON may come from a folder that somebody else wrote: what has another type than stated is refused.
"""

import math
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ctviz.cohort.statistics import Entrant
from ctviz.core import InvalidInput, Sign
from ctviz.core.structure import Misfit, StrictConverter, read_plain, structured

T = TypeVar("T")

NUMBERS = NDArray[np.float64]

_JSON = StrictConverter(complete=True)


def to_plain(value: Any) -> Any:  # noqa: ANN401 - whatever a finding is made of
    """Return what JSON can hold: NaN becomes null, an entrant a short list."""
    return _JSON.unstructure(value)


def from_plain(kind: type[T], document: Any) -> T:  # noqa: ANN401 - whatever JSON holds
    """Return the value of a type that `to_plain` turned into this document.

    Raises
    ------
    InvalidInput
        If the document is not of that type.
    """
    try:
        return structured(_JSON, kind, document)
    except Misfit:
        raise InvalidInput("A file of the study is damaged; start the study again.") from None


def _write_number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _read_number(document: object, _: object = float) -> float:
    return math.nan if document is None else read_plain(document, float)


def _write_numbers(values: NUMBERS) -> list[Any]:
    plain = values.astype(object)
    plain[~np.isfinite(values)] = None
    return list(plain.tolist())


def _read_numbers(document: object, _: object) -> NUMBERS:
    if not isinstance(document, list):
        raise Misfit("a list of numbers")

    def each(entry: object) -> object:
        return list(map(each, entry)) if isinstance(entry, list) else _read_number(entry)

    return np.asarray(each(document), np.float64)


def _write_entrant(entrant: Entrant) -> list[str | bool]:
    return [entrant.estimator, entrant.sign, entrant.control]


def _read_entrant(document: object, _: object) -> Entrant:
    return Entrant(*_JSON.structure(document, tuple[str, Sign, bool]))


_JSON.register_unstructure_hook(float, _write_number)
_JSON.register_structure_hook(float, _read_number)
_JSON.register_unstructure_hook(Entrant, _write_entrant)
_JSON.register_structure_hook(Entrant, _read_entrant)
_JSON.register_unstructure_hook_func(lambda kind: kind == NUMBERS, _write_numbers)
_JSON.register_structure_hook_func(lambda kind: kind == NUMBERS, _read_numbers)
