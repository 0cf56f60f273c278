"""Frozen values from plain ones, and back, by the types that their dataclasses state.

Plain values are what JSON and TOML hold. They may come from a stranger, so nothing is made to fit:
a text is no number, neither is a truth value, and only a whole number may stand where any number is
stated. A list becomes the tuple that is stated. What does not fit is named by its path.

>>> @dataclass(frozen=True)
... class Grid:
...     size: tuple[int, int]
>>> structured(StrictConverter(), Grid, {"size": [2, 3]})
Grid(size=(2, 3))
>>> try:
...     structured(StrictConverter(), Grid, {"size": [2, "3"]})
... except Misfit as fault:
...     fault.path, fault.wanted
(('size', 1), 'a whole number')
"""

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from itertools import repeat
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, Literal, Self, TypeVar, Union, get_args, get_origin

from cattrs import ClassValidationError, Converter
from cattrs.cols import is_mapping
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from ctviz.core.errors import CtvizError, InvalidInput
from ctviz.core.foreign import foreign
from ctviz.core.params import Value

T = TypeVar("T")
Plain = Any
"""What JSON or TOML holds."""
Kind = Any
"""A type as it is stated; typing's forms have no common one."""
Built = Any
"""What a plain value stands for."""

WORDS: Mapping[Kind, str] = {
    bool: "true or false", int: "a whole number", float: "a number", str: "a text",
    Value: "a plain value",
}  # fmt: skip
LONGEST_KEY = 60
"""Characters of a key that a sentence tells."""
LONGEST_INDEX = 6
"""Digits of a whole number that is a key, which is a text in JSON."""


@dataclass(frozen=True)
class Key:
    """What the entry of a field is called: ``Annotated[int, Key("slice")]``."""

    name: str


class Misfit(InvalidInput):
    """A plain value that is missing, or of another kind than stated.

    Parameters
    ----------
    wanted
        What is stated, in words.
    path
        The keys and places that lead to it.
    """

    def __init__(self, wanted: str, path: tuple[str | int, ...] = ()) -> None:
        self.wanted, self.path = wanted, path
        super().__init__(f"The entry '{self.where}' must be {wanted}.")

    @property
    def where(self) -> str:
        """The whole path, outermost first."""
        return ".".join(map(_legible, self.path))

    @property
    def entry(self) -> str:
        """The innermost key that leads to it."""
        return next((_legible(key) for key in reversed(self.path) if isinstance(key, str)), "")

    def within(self, place: str | int) -> Self:
        """Return the fault as seen from around."""
        return type(self)(self.wanted, (place, *self.path))


def structured(converter: Converter, kind: type[T], document: Plain) -> T:
    """Return the value of a kind that a document stands for.

    Raises
    ------
    Misfit
        If it stands for none. What a class refuses by itself is raised as it is.
    """
    # A kind that nothing reads is our own oversight, and no fault of the document.
    read = converter.get_structure_hook(kind)
    with foreign(Misfit(in_words(kind))):
        value: T = read(document, kind)
    return value


class StrictConverter(Converter):
    """Takes only what has the stated type, where cattrs by itself would rather convert.

    Parameters
    ----------
    key
        Returns what the entry of a field is called that has no `Key`.
    complete
        Whether an entry must be there even where its field has a default.
    closed
        Whether entries that stand for no field are refused, and not passed over.
    nulls
        Whether None is an entry; TOML has no word for it and leaves it out.
    """

    def __init__(
        self,
        *,
        key: Callable[[str], str] = str,
        complete: bool = False,
        closed: bool = False,
        nulls: bool = True,
    ) -> None:
        super().__init__(forbid_extra_keys=closed, unstruct_collection_overrides={tuple: list})
        self._key, self._complete, self._nulls = key, complete, nulls
        readers: dict[Kind, Callable[[Plain, Kind], Built]] = {
            Any: lambda document, _: document,
            Annotated: self._read_annotated,
            Literal: self._read_literal,
            Mapping: self._read_mapping,
            **dict.fromkeys((Sequence, tuple), self._read_list),
            **dict.fromkeys((Union, UnionType), self._read_union),
        }
        self.register_structure_hook_factory(lambda _: True, lambda kind: readers[_form(kind)])
        self.register_structure_hook_factory(is_dataclass, self._class_reader)
        for plain in (bool, int, float, str):
            self.register_structure_hook(plain, read_plain)
        self.register_unstructure_hook_factory(is_dataclass, self._class_writer)
        self.register_unstructure_hook_factory(
            is_mapping, lambda kind: self.gen_unstructure_mapping(kind, key_handler=_write_key)
        )

    def keys(self, kind: Kind) -> dict[str, str]:
        """Return what the entry of each field of a class is called."""
        return {
            f.name: next(
                (said.name for said in get_args(f.type) if isinstance(said, Key)),
                self._key(f.name),
            )
            for f in fields(kind)
        }

    def _class_writer(self, kind: Kind) -> Callable[[Any], dict[str, Plain]]:
        said = _named(self.keys(kind))
        write = make_dict_unstructure_fn(kind, self, _cattrs_include_init_false=True, **said)
        if self._nulls:
            return write
        return lambda value: {k: entry for k, entry in write(value).items() if entry is not None}

    def _class_reader(self, kind: Kind) -> Callable[[Plain, Kind], Built]:
        keys = self.keys(kind)
        read = make_dict_structure_fn(kind, self, **_named(keys))
        needed = {keys[f.name]: f.type for f in fields(kind) if self._complete and f.init}
        unsaid = {
            keys[f.name]: None
            for f in fields(kind)
            if not self._nulls and NoneType in get_args(f.type)
        }

        def read_class(document: Plain, _: Kind) -> Built:
            if not isinstance(document, Mapping):
                raise Misfit(in_words(kind))
            for name, stated in needed.items():
                if name not in document:
                    raise Misfit(in_words(stated), (name,))
            try:
                return read({**unsaid, **document}, kind)
            except ClassValidationError as faults:
                raise _first(faults, keys) from None

        return read_class

    def _read_list(self, document: Plain, kind: Kind) -> tuple[Any, ...]:
        stated = get_args(kind)
        whole = _form(kind) is tuple and ... not in stated
        if not isinstance(document, list) or (whole and len(document) != len(stated)):
            raise Misfit(in_words(kind))
        # The library would gather the faults of all entries, but a stranger's list may be long.
        return tuple(
            map(
                self._within, range(len(document)), document, stated if whole else repeat(stated[0])
            )
        )

    def _read_mapping(self, document: Plain, kind: Kind) -> Mapping[Any, Any]:
        key_kind, stated = get_args(kind)
        if not isinstance(document, Mapping):
            raise Misfit(in_words(kind))
        read_key = _read_index if in_words(key_kind) == WORDS[int] else self.structure
        found = {}
        for key, each in document.items():
            try:
                found[read_key(key, key_kind)] = self.structure(each, stated)
            except Misfit as fault:
                raise fault.within(key) from None
        return MappingProxyType(found)

    def _read_union(self, document: Plain, kind: Kind) -> Built:
        members = [member for member in get_args(kind) if member is not NoneType]
        if document is None and NoneType in get_args(kind):
            return None
        if len(members) == 1:
            return self.structure(document, members[0])
        if type(document) not in members:
            raise Misfit(in_words(kind))
        return self.structure(document, type(document))

    def _read_literal(self, document: Plain, kind: Kind) -> Built:
        for known in get_args(kind):
            if type(document) is type(known) and document == known:
                return known
        raise Misfit(in_words(kind))

    def _read_annotated(self, document: Plain, kind: Kind) -> Built:
        stated, *more = get_args(kind)
        value = self.structure(document, stated)
        try:
            for narrow in filter(callable, more):
                value = narrow(value)
        except ValueError:
            raise Misfit(in_words(kind)) from None
        return value

    def _within(self, place: str | int, document: Plain, kind: Kind) -> Built:
        try:
            return self.structure(document, kind)
        except Misfit as fault:
            raise fault.within(place) from None


def in_words(kind: Kind) -> str:
    """Return what a value of a kind is called in a sentence.

    >>> in_words(int), in_words(tuple[int, int]), in_words(float | None)
    ('a whole number', 'a list of 2', 'a number')
    """
    origin, inner = _form(kind), get_args(kind)
    if kind in WORDS:
        return WORDS[kind]
    if origin in {Annotated, Union, UnionType}:
        return in_words(inner[0])
    if origin is Literal:
        return f"one of {', '.join(map(str, inner))}"
    if origin is tuple and ... not in inner:
        return f"a list of {len(inner)}"
    return "a list" if origin in {Sequence, tuple} else "a table"


def _form(kind: Kind) -> Kind:
    """Return what a kind is made of: ``tuple`` for ``tuple[int, int]``."""
    origin: Kind = get_origin(kind)
    return origin or kind


def _named(keys: Mapping[str, str]) -> dict[str, Any]:
    return {name: override(rename=key) for name, key in keys.items()}


def _first(faults: ClassValidationError, keys: Mapping[str, str]) -> CtvizError:
    """Return the first of a class's faults, a misfit with its path."""
    entries, others = faults.group_exceptions()
    for fault, note in entries:
        if isinstance(fault, CtvizError) and not isinstance(fault, Misfit):
            return fault
        misfit = fault if isinstance(fault, Misfit) else Misfit(in_words(note.type))
        return misfit.within(keys[note.name])
    return next((fault for fault in others if isinstance(fault, CtvizError)), Misfit("a table"))


def read_plain(document: Plain, kind: Kind) -> Plain:
    """Return a truth value, number or text if it is of the kind; a number must be finite."""
    if kind is float and type(document) is int:
        with suppress(OverflowError):
            document = float(document)
    if type(document) is not kind or (kind is float and not math.isfinite(document)):
        raise Misfit(in_words(kind))
    return document


def _legible(place: str | int) -> str:
    """Return a key, which a stranger may have chosen, as a part of a sentence."""
    shown = str(place)[:LONGEST_KEY]
    return shown if shown.isprintable() else ascii(shown)[1:-1]


def _write_key(key: str | int, _: Kind = None) -> str:
    return str(key)


def _read_index(document: Plain, kind: Kind) -> int:
    # Other digits than ASCII's are decimal, too.
    if not (
        isinstance(document, str)
        and document.isascii()
        and document.isdecimal()
        and len(document) <= LONGEST_INDEX
    ):
        raise Misfit(in_words(kind))
    return int(document)
