"""Whose turn it is among owners: whoever has had the least time lately."""

from collections import Counter

QUANTUM_SECONDS = 0.1
"""So far ahead of another an owner may be before they stand aside; a newcomer begins as far behind,
so that short work goes first."""


class Turns:
    """How much time each owner has had, as far as it matters for those who wait.

    Who comes anew has not saved up the time of their absence: they begin where the least served of
    those present is, a quantum ahead. So nobody waits for long, and nobody for ever.
    """

    def __init__(self) -> None:
        self._had: dict[str, float] = {}
        self._present: Counter[str] = Counter()

    def enter(self, owner: str) -> None:
        """Note another piece of work of an owner."""
        if not self._present[owner]:
            least = min((self._had[other] for other in +self._present), default=0.0)
            start = least - QUANTUM_SECONDS if +self._present else 0.0
            self._had[owner] = max(self._had.get(owner, start), start)
        self._present[owner] += 1

    def leave(self, owner: str) -> None:
        """Note that a piece of work is done; when nobody is left, all is forgotten."""
        self._present[owner] -= 1
        if not +self._present:
            self._had.clear()
            self._present.clear()

    def charge(self, owner: str, seconds: float) -> None:
        """Note that an owner has had time."""
        self._had[owner] = self._had.get(owner, 0.0) + seconds

    def had(self, owner: str) -> float:
        """Return how much an owner has had, in seconds from some beginning."""
        return self._had.get(owner, 0.0)

    def is_due(self, owner: str, *, before: str) -> bool:
        """Whether an owner has had so much less than another that it is their turn."""
        return self.had(owner) + QUANTUM_SECONDS <= self.had(before)
