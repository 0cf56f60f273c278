"""Hyperparameters: one line states default, range and help, and everything else reads that line.

>>> from dataclasses import dataclass
>>> @dataclass(frozen=True)
... class Smooth(Tunable):
...     samples: int = param(15, low=1, high=256, help="Noisy copies. More is smoother and slower.")
>>> parameters(Smooth)[0].name
'samples'
>>> Smooth(samples=3).settings()
{'samples': 3}
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from types import MappingProxyType
from typing import Any, Self, TypeAlias

from ctviz.core.errors import InvalidParameter, UnknownName

Value: TypeAlias = bool | int | float | str


@dataclass(frozen=True)
class Param:
    """What a form, the command line and the documentation need to know of one hyperparameter."""

    name: str
    kind: type[Value]
    default: Value
    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[Value, ...] = ()

    def check(self, owner: str, value: object) -> None:
        """Refuse a value of another type, out of the range or not among the choices."""
        number = self.kind is float and type(value) is int
        if type(value) is not self.kind and not number:
            raise InvalidParameter(
                f"{owner}: '{self.name}' must be of type {self.kind.__name__}, not "
                f"{type(value).__name__} ({value!r})."
            )
        if self.choices and value not in self.choices:
            known = ", ".join(map(repr, self.choices))
            raise InvalidParameter(f"{owner}: '{self.name}' must be one of {known}, not {value!r}.")
        if self.low is None or self.high is None:
            return
        # Comparisons with NaN are false, so NaN is refused as well.
        if not self.low <= value <= self.high:  # type: ignore[operator]
            raise InvalidParameter(
                f"{owner}: '{self.name}' must lie between {self.low} and {self.high}, "
                f"not {value!r}."
            )

    def parse(self, owner: str, text: str) -> Value:
        """Read the value from a command line's text."""
        if self.kind is bool:
            if text.lower() not in {"true", "false"}:
                raise InvalidParameter(
                    f"{owner}: '{self.name}' must be true or false, not '{text}'."
                )
            return text.lower() == "true"
        try:
            return self.kind(text)
        except ValueError:
            raise InvalidParameter(
                f"{owner}: '{self.name}' must be of type {self.kind.__name__}, not '{text}'."
            ) from None


def param(
    default: Any,  # noqa: ANN401 - takes the type of the field it stands for, as dataclasses.field does
    *,
    help: str,  # noqa: A002 - the word argparse and click use
    low: float | None = None,
    high: float | None = None,
    choices: tuple[Value, ...] = (),
) -> Any:  # noqa: ANN401
    """Declare a hyperparameter of a `Tunable`: its default, range or choices, and help."""
    return field(
        default=default,
        metadata={"param": {"help": help, "low": low, "high": high, "choices": choices}},
    )


def parameters(cls: type) -> tuple[Param, ...]:
    """Return the hyperparameters of a `Tunable` class, in the order of their definition."""
    return tuple(
        Param(name=f.name, kind=type(f.default), default=f.default, **f.metadata["param"])
        for f in fields(cls)
        if "param" in f.metadata and f.default is not MISSING
    )


@dataclass(frozen=True)
class Tunable:
    """Base of registered values (estimators, metrics): a frozen set of checked hyperparameters."""

    def __post_init__(self) -> None:
        for parameter in parameters(type(self)):
            parameter.check(type(self).__name__, getattr(self, parameter.name))

    def settings(self) -> dict[str, Value]:
        """Return every hyperparameter with its value, in the order of definition."""
        return {p.name: getattr(self, p.name) for p in parameters(type(self))}

    @classmethod
    def from_settings(cls, settings: Mapping[str, Value] = MappingProxyType({})) -> Self:
        """Build an instance, refusing hyperparameters that do not exist."""
        known = {p.name for p in parameters(cls)}
        for name in settings:
            if name not in known:
                raise UnknownName(f"parameter of {cls.__name__}", name, known)
        return cls(**settings)
