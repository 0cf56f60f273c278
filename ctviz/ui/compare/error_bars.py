"""Whether what chance would show fades, and what is said of it beneath a pane."""

from dataclasses import dataclass

import streamlit as st

from ctviz.backend import ErrorBars, Job
from ctviz.core import CtvizError
from ctviz.ui.routes import map_url
from ctviz.ui.session import mirror, session, value_of, widget

SWITCH = widget("fade")


def wants_error_bars() -> bool:
    """Whether the reader has asked for what chance would show."""
    return session().error_bars


def offer_error_bars() -> None:
    """Let the reader have everything fade that chance would show too."""
    state = session()

    def turn() -> None:
        state.error_bars = value_of(SWITCH) is True

    st.toggle(
        "Fade what chance would show",
        **mirror(SWITCH, state.error_bars, turn),
        help="Asks each estimator for the same map on 19 copies of the network that have "
        "forgotten everything. What is no stronger than there fades; a pixel's read-out gets its "
        "95 % interval over networks trained alike, or over seeds. It takes some two dozen maps "
        "each, computed while there is nothing else to do.",
    )


@dataclass(frozen=True, eq=False)
class ErrorBarsShown:
    """What a pane has of its map's error bars.

    Parameters
    ----------
    chance, interval
        What is said of them.
    stronger, half_widths
        Addresses; empty while there is nothing.
    """

    chance: str = ""
    interval: str = ""
    stronger: str = ""
    half_widths: str = ""

    @classmethod
    def of(cls, job: Job[ErrorBars] | None) -> "ErrorBarsShown":
        """Return what there is of a job; None of one that was not begun."""
        if job is None:
            return cls("What chance would show is found out when everything else is there.")
        if not job.done:
            return cls(f"Being compared with untrained copies, {job.progress or 0:.0%} done.")
        try:
            bars = job.result(0)
        except CtvizError as error:
            return cls(f"It is not known what chance would show: {error}")
        half_widths = map_url(job.key, "half-width") if bars.spread is not None else ""
        return cls(bars.why, bars.interval, map_url(job.key, "stronger"), half_widths)
