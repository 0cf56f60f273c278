"""Writes the small part of TOML that a card or a plan needs, and reads TOML of strangers."""

import json
import math
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from ctviz.core import InvalidInput
from ctviz.core.foreign import foreign

Plain: TypeAlias = "bool | int | float | str | Sequence[Plain] | Mapping[str, Plain]"


LARGEST_BYTES = 200_000
"""Cards and plans are a few pages long."""

LARGEST_WHOLE = 10**15
"""No count or seed is larger, and every program can hold it."""


class NotToml(InvalidInput):
    """Something that calls itself TOML and is not; its reader says of what."""


def text_of(path: Path) -> str:
    """Return a small text file's content; `OSError` where there is none to read."""
    if not path.is_file():
        raise FileNotFoundError(path.name)
    if path.stat().st_size > LARGEST_BYTES:
        raise NotToml("it is too large")
    with foreign(NotToml("it is not text in UTF-8")):
        return path.read_text(encoding="utf-8")


def from_toml(text: str) -> dict[str, Any]:
    """Return a TOML document of plain values, refusing numbers that nobody can use."""
    if len(text) > LARGEST_BYTES:
        raise NotToml("it is too large")
    with foreign(NotToml("it nests too deeply, or has a number of too many digits")):
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise NotToml(str(error)) from None
        _refuse_odd_numbers(document)
    return document


def _refuse_odd_numbers(value: Any) -> None:  # noqa: ANN401 - whatever TOML holds
    """Refuse numbers that are infinite, undefined or longer than any count."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for entry in value:
            _refuse_odd_numbers(entry)
    elif isinstance(value, float) and not math.isfinite(value):
        raise NotToml(f"it has the number {value}, where only finite ones make sense")
    elif isinstance(value, int) and abs(value) > LARGEST_WHOLE:
        raise NotToml("it has a number of too many digits")


def to_toml(document: Mapping[str, Plain]) -> str:
    """Return a document of values, then tables, then arrays of tables, one level deep."""
    values = {name: value for name, value in document.items() if not _is_table(value)}
    blocks = [_lines(values)]
    for name, value in document.items():
        if isinstance(value, Mapping) and value:
            blocks.append(f"[{name}]\n{_lines(value)}")
        elif _is_table(value):
            blocks.extend(f"[[{name}]]\n{_lines(table)}" for table in value)  # type: ignore[union-attr, arg-type]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _is_table(value: Plain) -> bool:
    if isinstance(value, Mapping):
        return True
    return isinstance(value, list | tuple) and any(isinstance(entry, Mapping) for entry in value)


def _lines(table: Mapping[str, Plain]) -> str:
    return "\n".join(f"{_key(name)} = {_value(value)}" for name, value in table.items())


def _key(name: str) -> str:
    bare = name.replace("-", "").replace("_", "")
    return name if bare.isascii() and bare.isalnum() else _text(name)


def _value(value: Plain) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        entries = (f"{_key(name)} = {_value(entry)}" for name, entry in value.items())
        return "{ " + ", ".join(entries) + " }" if value else "{}"
    if isinstance(value, Sequence):
        if any(isinstance(entry, str) for entry in value):
            return "[\n" + "".join(f"  {_value(entry)},\n" for entry in value) + "]"
        return "[" + ", ".join(_value(entry) for entry in value) + "]"
    return repr(value)


def _text(value: str) -> str:
    # JSON's strings are TOML's, except for the character DEL, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
