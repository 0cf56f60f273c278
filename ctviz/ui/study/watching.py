"""Watching a study: how far it is, what is going on, and the ways to stop it and to go on."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import streamlit as st

from ctviz.cohort import Run, Stage, State, cancel, failures_of, look, start
from ctviz.cohort.folder import StudyFolder
from ctviz.core import CtvizError
from ctviz.core.text import about, count_of
from ctviz.store import AuditEvent
from ctviz.ui.access import may, permit, record
from ctviz.ui.service import backend
from ctviz.ui.session import widget
from ctviz.ui.uninterrupted import uninterrupted
from ctviz.ui.widgets.plain_text import plain

POLL_SECONDS = 1.5
STARTING_SECONDS = 60.0
"""A program that was started is heard of within this time, or never."""


@dataclass(frozen=True)
class StateBadge:
    """How a state looks; its word alone tells it."""

    word: str
    icon: str
    colour: Literal["blue", "green", "orange", "red", "gray"]


BADGES: Mapping[State, StateBadge] = MappingProxyType(
    {
        "planned": StateBadge("Planned", ":material/schedule:", "gray"),
        "running": StateBadge("Running", ":material/play_circle:", "blue"),
        "interrupted": StateBadge("Interrupted", ":material/pause_circle:", "orange"),
        "cancelled": StateBadge("Stopped", ":material/stop_circle:", "orange"),
        "failed": StateBadge("Failed", ":material/error:", "red"),
        "done": StateBadge("Finished", ":material/check_circle:", "green"),
    }
)


def state_of(run: Run) -> State:
    """Return where a study stands; one that was brought from elsewhere has findings only."""
    if under_way(run):
        return "running"
    return "done" if run.stage.state == "planned" and run.finished else run.stage.state


def badge_of(run: Run) -> str:
    """Return a study's state as Markdown."""
    badge = BADGES[state_of(run)]
    return f":{badge.colour}-badge[{badge.icon} {badge.word}]"


def under_way(run: Run) -> bool:
    """Whether a study runs, or was started a moment ago and was not heard of yet."""
    if run.stage.state != "planned":
        return run.stage.state == "running"
    began = StudyFolder(run.folder).plan.stat().st_mtime
    return time.time() - began < STARTING_SECONDS and not _fault(run.folder)


def begin_study(run: Run) -> None:
    """Start a study again, or go on with it; say why if it cannot be."""
    try:
        permit("study")
        record(AuditEvent.STUDIED, run.folder.name)
        start(backend().settings, run.study, run.folder)
    except CtvizError as error:
        st.toast(plain(error), icon=":material/error:")


def watch(run: Run) -> None:
    """Show how far a study is, as every reader of the page sees it."""
    if under_way(run):
        _follow(run.folder)
    else:
        _standing(run)


@st.fragment(run_every=POLL_SECONDS)
def _follow(folder: Path) -> None:
    """Show a running study's progress; the page runs again when it has ended."""
    run = look(folder)
    if not under_way(run):
        st.rerun()
    bar, cluster, stop = st.columns(
        [8, 2, 1] if run.stage.dashboard else [8, 0.01, 1], vertical_alignment="center"
    )
    bar.progress(min(1.0, run.stage.share), text=plain(progress_words(run.stage)))
    if run.stage.dashboard:
        cluster.link_button(
            "Dask's dashboard",
            run.stage.dashboard,
            icon=":material/open_in_new:",
            help="What the cluster's workers are doing, shown by the cluster itself.",
        )
    if may("study"):
        stop.button(
            "Cancel",
            key=widget("study-cancel"),
            on_click=uninterrupted(_stop),
            args=(folder,),
            help="What is computed stays; starting it again goes on from there.",
        )
    st.caption(
        "It runs on its own: this page can be closed, and whoever opens it sees the same run."
    )


def _stop(folder: Path) -> None:
    permit("study")
    cancel(folder)


def progress_words(stage: Stage) -> str:
    """Return how far a study is, in a sentence.

    >>> progress_words(Stage("running", 3, 12, left_seconds=200, message="Computing slices."))
    'Computing slices. 3 of 12 slices, about 3 min left.'
    """
    parts = [f"{stage.done} of {count_of(stage.total, 'slice')}"] if stage.total else []
    if stage.known:
        parts.append(f"{stage.known} of them known before")
    if stage.failed:
        parts.append(f"{stage.failed} failed so far")
    if stage.left_seconds is not None and stage.done < stage.total:
        parts.append(f"{about(stage.left_seconds)} left")
    return f"{stage.message or 'Starting.'} {', '.join(parts)}{'.' if parts else ''}".strip()


def _standing(run: Run) -> None:
    """Say how a study ended, and offer to go on; of a finished one only what is worth it."""
    state, stage = state_of(run), run.stage
    failed = failures_of(run.folder) if state == "done" else ()
    fault = _fault(run.folder) if state in {"planned", "interrupted"} else ""
    if state == "done" and not failed:
        return
    words, go_on = st.columns([8, 2], vertical_alignment="center")
    with words:
        if fault:
            st.error(f"The study ended by a fault in ctviz ({plain(fault)}); starting it goes on.")
        elif state == "failed":
            st.error(plain(stage.message), icon=":material/error:")
        elif failed:
            st.warning(f"{count_of(len(failed), 'slice')} failed; 'What is missing' says why.")
        else:
            st.info(plain(_where(stage)))
    if not may("study"):
        return
    go_on.button(
        "Try them again" if failed else "Go on" if stage.done else "Start",
        key=widget("study-resume"),
        on_click=uninterrupted(begin_study),
        args=(run,),
        type="primary",
        width="stretch",
        help="Slices that are computed are not computed again.",
    )


def _where(stage: Stage) -> str:
    done = f" after {stage.done} of {count_of(stage.total, 'slice')}" if stage.total else ""
    words = {
        "planned": "It is planned and was not started yet.",
        "interrupted": f"It was interrupted{done}, perhaps by a restart; nothing is lost.",
        "cancelled": f"It was stopped{done}; nothing is lost.",
    }
    return words.get(stage.state, stage.message)


def _fault(folder: Path) -> str:
    """Return the last line of what the program said when it broke down; empty if it did not."""
    try:
        lines = StudyFolder(folder).log.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return ""
    faults = [line for line in lines if line and not line[0].isspace() and "Error" in line]
    return faults[-1].partition(":")[0] if faults else ""


@st.fragment(run_every=POLL_SECONDS)
def rerun_when_one_ends(folders: Sequence[Path]) -> None:
    """Run the page again as soon as one of these running studies has ended."""
    if not all(under_way(look(folder)) for folder in folders):
        st.rerun()
