"""Frozen values to JSON and back, by the types that their dataclasses state.

JSON may come from a folder that somebody else wrote: what has another type than stated is refused.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from ctviz.cohort.statistics import Entrant
from ctviz.core import InvalidInput
from ctviz.core.foreign import foreign

T = TypeVar("T")

NUMBERS = NDArray[np.float64]
PLAIN = (bool, int, float, str)


def to_plain(value: Any) -> Any:  # noqa: ANN401 - whatever a finding is made of
    """Return what JSON can hold: NaN becomes null, an entrant a short list."""
    if isinstance(value, Entrant):
        return [value.estimator, value.sign, value.control]
    if is_dataclass(value):
        return {f.name: to_plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, np.ndarray):
        return to_plain(value.tolist())
    if isinstance(value, Mapping):
        return {key: to_plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(entry) for entry in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


def from_plain(kind: type[T], document: Any) -> T:  # noqa: ANN401 - whatever JSON holds
    """Return the value of a type that `to_plain` turned into this document.

    Raises
    ------
    InvalidInput
        If the document is not of that type.
    """
    with foreign(InvalidInput("A file of the study is damaged; start the study again.")):
        built: T = _reader(cast("Any", kind))(document)
    return built


@cache
def _reader(kind: Any) -> Any:  # noqa: ANN401 - typing's forms have no common type
    """Return the function that reads values of a type."""
    if kind == NUMBERS:
        return lambda document: np.asarray(document, np.float64)
    if kind is Entrant:
        return lambda document: Entrant(*document)
    if is_dataclass(kind):
        return _dataclass_reader(kind)
    if kind in PLAIN:
        return _plain_reader(kind)
    return _generic_reader(get_origin(kind), get_args(kind))


def _generic_reader(origin: Any, arguments: tuple[Any, ...]) -> Any:  # noqa: ANN401
    if origin in {Union, UnionType}:
        (inner,) = (argument for argument in arguments if argument is not NoneType)
        read = _reader(inner)
        return lambda document: None if document is None else read(document)
    if origin is tuple:
        return _tuple_reader(arguments)
    if origin is Literal:
        return lambda document: arguments[arguments.index(document)]
    return lambda document: document


def _plain_reader(kind: type) -> Any:  # noqa: ANN401
    """Return the function that lets values of one plain type through; null stands for NaN."""
    allowed = (float, int, NoneType) if kind is float else (kind,)

    def read(document: Any) -> Any:  # noqa: ANN401
        if not isinstance(document, allowed) or (kind is not bool and isinstance(document, bool)):
            raise TypeError
        return document

    return read


def _dataclass_reader(kind: Any) -> Any:  # noqa: ANN401
    readers: dict[str, Any] = {}

    def read(document: Mapping[str, Any]) -> Any:  # noqa: ANN401
        # Looked up at the first use only, so that a type may contain itself.
        if not readers:
            hints = get_type_hints(kind)
            readers.update({f.name: _reader(hints[f.name]) for f in fields(kind)})
        return kind(**{name: reader(document[name]) for name, reader in readers.items()})

    return read


def _tuple_reader(arguments: tuple[Any, ...]) -> Any:  # noqa: ANN401
    if arguments[-1] is Ellipsis:
        read = _reader(arguments[0])
        return lambda document: tuple(map(read, document))
    readers = tuple(map(_reader, arguments))
    return lambda document: tuple(r(part) for r, part in zip(readers, document, strict=True))
