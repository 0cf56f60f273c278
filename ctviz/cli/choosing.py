"""Arguments that several commands have: which scan, slice, model, class and estimators."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ctviz.core import (
    Case,
    InvalidInput,
    InvalidParameter,
    Registry,
    Tunable,
    UnknownName,
    Value,
    parameters,
)

if TYPE_CHECKING:
    from ctviz.backend import Backend
    from ctviz.metrics import Metric
    from ctviz.models import ModelCard

T = TypeVar("T", bound=Tunable)


def add_scan(parser: argparse.ArgumentParser) -> None:
    """Let the user name a case or a file, a slice and a model."""
    parser.add_argument(
        "scan",
        metavar="CASE_OR_PATH",
        help="the id of a case (see `ctviz cases`), or a file, folder or zip with one series",
    )
    parser.add_argument("--slice", type=int, help="slice index from 0 (default: the middle)")
    parser.add_argument("--model", help="model id (see `ctviz models`)")


def add_estimators(parser: argparse.ArgumentParser) -> None:
    """Let the user choose the class to explain and the estimators with their parameters."""
    parser.add_argument("--target", help="class to explain, by name or index (default: predicted)")
    parser.add_argument(
        "--rather-than",
        metavar="CLASS",
        help="explain why the one class rather than this one, by name or index (default: the "
        "class's own score)",
    )
    parser.add_argument(
        "--estimators",
        metavar="A,B,…",
        help="names separated by commas, or all (see `ctviz estimators`)",
    )
    add_settings(parser, "smoothgrad.samples=30")


def add_settings(parser: argparse.ArgumentParser, example: str) -> None:
    """Let the user change hyperparameters."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=f"change a parameter, e.g. {example}; may be repeated",
    )


def chosen_case(backend: "Backend", scan: str) -> Case:
    """Return a case of the list by its id, or else the one of a path."""
    known = {entry.id for entry in backend.cases()}
    if scan in known:
        return backend.case(scan)
    if Path(scan).exists():
        return backend.load_case(scan)
    raise UnknownName("case or file", scan, known)


def chosen_slice(case: Case, wanted: int | None) -> int:
    """Return the slice index, the middle one by default."""
    return len(case.slices) // 2 if wanted is None else wanted


def chosen_model(backend: "Backend", wanted: str | None) -> "ModelCard":
    """Return the model's card, the default model's if none is named."""
    from ctviz.backend import default_model

    shelf = backend.models()
    return shelf[default_model(shelf) if wanted is None else wanted]


def chosen_target(card: "ModelCard", wanted: str) -> int:
    """Return the index of a class given by name or index."""
    if wanted in card.classes:
        return card.classes.index(wanted)
    # Not longer, for Python refuses to read integers of thousands of digits.
    if wanted.isdecimal() and len(wanted) < 10 and int(wanted) < len(card.classes):
        return int(wanted)
    raise UnknownName("class", wanted, card.classes)


def chosen_names(
    registry: Mapping[str, object], text: str | None, default: Sequence[str]
) -> list[str]:
    """Return names from a comma-separated list; ``all`` stands for every one there is."""
    if text is None:
        return list(default)
    if text == "all":
        return list(registry)
    return [name.strip() for name in text.split(",") if name.strip()]


def built(
    registry: Registry[type[T]], names: Sequence[str], settings: Mapping[str, Mapping[str, str]]
) -> list[T]:
    """Return the registered values of these names, with their parameters read from text."""
    return [
        registry[name].from_settings(parsed(registry[name], name, settings.get(name, {})))
        for name in dict.fromkeys(names)
    ]


def built_metrics(
    names: Sequence[str], settings: Mapping[str, Mapping[str, str]]
) -> dict[str, "Metric"]:
    """Return metrics by the name they were chosen by, a metric's own or a preset's.

    A preset's settings are fixed.
    """
    from ctviz.metrics import METRICS, PRESETS

    metrics: dict[str, Metric] = {}
    for name in dict.fromkeys(names):
        if name not in PRESETS:
            (metrics[name],) = built(METRICS, [name], settings)
        elif name in settings:
            raise InvalidInput(
                f"The settings of the preset '{name}' are fixed; change those of the metric "
                f"'{PRESETS[name].metric}' instead."
            )
        else:
            metrics[name] = PRESETS[name].build()
    return metrics


def parsed(cls: type[Tunable], owner: str, texts: Mapping[str, str]) -> dict[str, Value]:
    """Return hyperparameters of a class, read from text."""
    known = {parameter.name: parameter for parameter in parameters(cls)}
    for name in texts:
        if name not in known:
            raise UnknownName(f"parameter of {owner}", name, known)
    return {name: known[name].parse(owner, text) for name, text in texts.items()}


def settings_by_owner(
    assignments: Sequence[str], owners: Sequence[str]
) -> dict[str, dict[str, str]]:
    """Return ``owner.parameter=value`` texts by owner, refusing what belongs to none of them."""
    settings: dict[str, dict[str, str]] = {}
    for assignment in assignments:
        name, value = split_assignment(assignment)
        owner, dot, parameter = name.partition(".")
        if not dot:
            raise InvalidParameter(
                f"'--set {assignment}' does not say whose parameter it is; write e.g. "
                f"--set {owners[0]}.{name}={value}."
            )
        if owner not in owners:
            raise InvalidInput(
                f"'--set {assignment}' changes '{owner}', which is not among the chosen "
                f"{', '.join(owners)}."
            )
        settings.setdefault(owner, {})[parameter] = value
    return settings


def split_assignment(assignment: str) -> tuple[str, str]:
    """Return name and value of ``name=value``."""
    name, equals, value = assignment.partition("=")
    if not equals:
        raise InvalidParameter(f"'--set {assignment}' has no value; write name=value.")
    return name.strip(), value.strip()
