"""Finds widgets as a page shows them, whether or not they have been replaced."""

import re
from typing import Any


def shown(widgets: Any, key: str) -> Any:
    """Return the one widget of this key among those of its kind."""
    [found] = [each for each in widgets if re.fullmatch(rf"{re.escape(key)}(:\d+)?", each.key)]
    return found
