"""What is registered, for people to read: estimators and metrics with their hyperparameters."""

import sys
from collections.abc import Iterator, Mapping
from typing import ClassVar, Protocol

from ctviz.cli.tables import write_rows
from ctviz.core import Param, parameters


class Described(Protocol):
    """A registered class that says what it is."""

    title: ClassVar[str]
    summary: ClassVar[str]
    cite: ClassVar[str]
    differs: ClassVar[str]


def write_registry(registry: Mapping[str, type[Described]], form: str) -> None:
    """Write every member: as paragraphs to read, or as rows to go on with."""
    if form == "table":
        sys.stdout.write("\n".join(_paragraph(*entry) for entry in registry.items()))
        return
    rows = [
        {
            "name": name,
            "title": member.title,
            "parameters": "; ".join(map(_value, parameters(member))),
            "summary": member.summary,
            "cite": member.cite,
        }
        for name, member in registry.items()
    ]
    write_rows(rows, form)


def _paragraph(name: str, member: type[Described]) -> str:
    return "".join(f"{line}\n" for line in _lines(name, member))


def _lines(name: str, member: type[Described]) -> Iterator[str]:
    yield f"{name}  ({member.title})"
    yield f"  {member.summary}"
    for parameter in parameters(member):
        yield f"  --set {name}.{_value(parameter)}  {parameter.help}"
    yield f"  {member.cite}"
    if member.differs:
        yield f"  {member.differs}"


def _value(parameter: Param) -> str:
    allowed = ""
    if parameter.choices:
        allowed = f" ({' | '.join(map(str, parameter.choices))})"
    elif parameter.low is not None and parameter.high is not None:
        allowed = f" ({parameter.low:g} … {parameter.high:g})"
    return f"{parameter.name}={parameter.default}{allowed}"
