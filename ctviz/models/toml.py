"""Writes the small part of TOML that a model card needs; the standard library reads it."""

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Plain: TypeAlias = "bool | int | float | str | Sequence[Plain] | Mapping[str, Plain]"


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
