"""How long a running study will take yet, by its own pace."""

from dataclasses import dataclass

LEAST = 0.05
"""So much of a slice must be done, after the first news of it, before a pace is told."""


@dataclass(eq=False)
class SlicePace:
    """How fast slices are done since the first of them is under way.

    What processes take to start is left out: it is taken once, and would count for all slices.
    """

    first: tuple[float, float] | None = None

    def left(self, fresh: float, left: float, now: float) -> float | None:
        """Return the seconds that what is left will take; None while that is not known.

        Parameters
        ----------
        fresh, left
            Slices that this run has computed and those that it has not, with shares of them.
        now
            In seconds of any clock that only goes forwards.

        Examples
        --------
        >>> pace = SlicePace()
        >>> [pace.left(0.5, 9.5, now=20.0), pace.left(2.5, 7.5, now=40.0)]
        [None, 75.0]
        """
        if self.first is None and fresh:
            self.first = fresh, now
        if self.first is None or fresh - self.first[0] < LEAST:
            return None
        done, begun = self.first
        return max(0.0, left) * (now - begun) / (fresh - done)
