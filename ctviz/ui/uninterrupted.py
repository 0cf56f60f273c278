"""What a reader did is taken over whole, however quickly they do the next thing.

Streamlit stops a callback where it next touches the session when the browser has asked for
something else meanwhile, and never runs it again: half of a plan is taken over, or a click has not
happened. It is right to stop a page in the making, which is made anew; a callback is not.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec

from streamlit.runtime.scriptrunner import get_script_run_ctx

Arguments = ParamSpec("Arguments")


def uninterrupted(callback: Callable[Arguments, object]) -> Callable[Arguments, None]:
    """Return a callback that runs to its end; what the browser asks for meanwhile waits.

    Every callback of a widget goes through here.
    """

    @wraps(callback)
    def whole(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        with _deaf():
            callback(*args, **kwargs)

    return whole


@contextmanager
def _deaf() -> Iterator[None]:
    """Let nothing that touches the session look whether the browser has asked for more."""
    context = get_script_run_ctx()
    if context is None:
        yield
        return
    state = context.session_state
    look = state._yield_callback  # noqa: SLF001  (there is no public way)
    object.__setattr__(state, "_yield_callback", lambda: None)
    try:
        yield
    finally:
        object.__setattr__(state, "_yield_callback", look)
