"""What several metrics ask of the same maps, computed once."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Concatenate, Generic, ParamSpec, TypeVar

from ctviz.core import FloatMap, digest

P = ParamSpec("P")
T = TypeVar("T")


class Remembered(Generic[P, T]):
    """A function of a map and a few settings that remembers its latest answers.

    Parameters
    ----------
    compute
        The function; nobody may change what it returns.
    maps
        How many answers are remembered.
    """

    def __init__(self, compute: Callable[Concatenate[FloatMap, P], T], maps: int) -> None:
        self._compute, self._maps = compute, maps
        self._known: OrderedDict[object, T] = OrderedDict()
        self._lock = Lock()

    def __call__(self, values: FloatMap, *settings: P.args, **named: P.kwargs) -> T:
        """Return the function's answer."""
        key = digest(values), settings, tuple(named.items())
        with self._lock:
            found = self._known.pop(key, None)
        if found is None:
            found = self._compute(values, *settings, **named)
        with self._lock:
            self._known[key] = found
            if len(self._known) > self._maps:
                self._known.popitem(last=False)
        return found
