"""A slice that only takes time; workers import nothing else for it."""

import time


def sleep(seconds: str, run: str, ticket: int) -> bytes:  # noqa: ARG001 - as a worker is asked
    """Be a slice that takes some time."""
    time.sleep(float(seconds))
    return b"slept"
