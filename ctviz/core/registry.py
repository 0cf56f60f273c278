"""A registry finds its own members: a new file in the package is a new entry."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import entry_points
from threading import RLock
from typing import TypeVar

from ctviz.core.errors import UnknownName

T = TypeVar("T")
M = TypeVar("M")


class Registry(Mapping[str, T]):
    """Named members of one kind, from a package's modules and from other people's entry points.

    The package's modules are imported at the first look-up, then the entry points of ``group``.
    The members are ordered by name.

    Parameters
    ----------
    kind
        The noun for one member, used in errors: ``"estimator"``.
    package
        The package whose modules register members: ``"ctviz.estimators"``.
    group
        The entry-point group through which other distributions add theirs.
    """

    def __init__(self, kind: str, *, package: str, group: str) -> None:
        self._kind, self._package, self._group = kind, package, group
        self._members: dict[str, T] = {}
        self._compose: Callable[[str], T | None] = lambda _: None
        self._discovered = False
        self._discovering = RLock()

    def register(self, name: str) -> Callable[[M], M]:
        """Register the decorated class or function under ``name`` (kebab-case)."""

        def decorate(member: M) -> M:
            if name in self._members:
                raise ValueError(f"The {self._kind} '{name}' is registered twice.")
            self._members[name] = member  # type: ignore[assignment]
            if isinstance(member, type):
                member.name = name  # type: ignore[attr-defined]
            return member

        return decorate

    def composed(self, make: Callable[[str], T | None]) -> Callable[[str], T | None]:
        """Let the decorated function make members of names that are not registered.

        It returns None for a name that it knows nothing of. What it makes is found by name, and
        not listed: there may be any number.
        """
        self._compose = make
        return make

    def _discover(self) -> dict[str, T]:
        with self._discovering:
            if not self._discovered:
                self._discovered = True
                package = importlib.import_module(self._package)
                for module in pkgutil.iter_modules(package.__path__):
                    importlib.import_module(f"{self._package}.{module.name}")
                for entry in entry_points(group=self._group):
                    if entry.name not in self._members:
                        self._members[entry.name] = entry.load()
            return self._members

    def __getitem__(self, name: str) -> T:
        members = self._discover()
        found = members[name] if name in members else self._compose(name)
        if found is None:
            raise UnknownName(self._kind, name, members)
        return found

    def __contains__(self, name: object) -> bool:
        if name in self._discover():
            return True
        return isinstance(name, str) and self._compose(name) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._discover()))

    def __len__(self) -> int:
        return len(self._discover())
