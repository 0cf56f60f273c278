"""Who asks: the owner of whatever is queued while a page or a route works for one reader."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ASKER: ContextVar[str] = ContextVar("asker", default="")


def asker() -> str:
    """Return on whose behalf this thread asks; empty if for nobody in particular."""
    return _ASKER.get()


@contextmanager
def on_behalf_of(owner: str) -> Iterator[None]:
    """Let what is asked for inside belong to an owner, who shares the workers with others."""
    before = _ASKER.set(owner)
    try:
        yield
    finally:
        _ASKER.reset(before)
