"""The study page: every study there is, and the one that is looked at."""

from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from ctviz.backend.cases.catalogue import IN_BIN
from ctviz.cohort import Run, cohort_title, entrants_of, look, studies
from ctviz.cohort.bin import BinnedStudy, binned_studies, put_study, restore_study
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.truth import TruthStudy
from ctviz.core import CtvizError
from ctviz.core.text import count_of
from ctviz.store import AuditEvent
from ctviz.ui.access import may, permit, record
from ctviz.ui.access.sight import sees_studies
from ctviz.ui.service import backend
from ctviz.ui.session import session, widget
from ctviz.ui.study.plan_form import fill_plan
from ctviz.ui.study.planning import plan_study
from ctviz.ui.study.results.sections import show_results
from ctviz.ui.study.truth.sections import show_truth
from ctviz.ui.study.watching import badge_of, begin_study, rerun_when_one_ends, under_way, watch
from ctviz.ui.uninterrupted import uninterrupted
from ctviz.ui.widgets.plain_text import plain

ADDRESS = "study"
"""The part of the address that names a study's folder."""

STUDY_PAGE = "pages/study.py"
HIDDEN = (
    "Blinded reading: what this study found appears once you have marked every case as done on "
    "which somebody else drew."
)
TIME = "%d %b %Y, %H:%M"
SHORT, LIST_PX = 6, 250
"""A longer list of studies scrolls, so that the plan stays in sight."""


def study_page() -> None:
    """Show the study that the address names, or all of them and a plan for a new one."""
    run = _addressed()
    if run is None:
        _overview()
    else:
        _study(run)


def _addressed() -> Run | None:
    """Return the study of the address; who comes back to the page meets the last one again."""
    state = session()
    name = st.query_params.get(ADDRESS, state.study)
    folder = StudyFolder.named(backend().settings, name)
    before, state.study = state.study, ""
    if Path(name).name != name or not name or not _is_file(folder.plan):
        return None
    run = look(folder.path)
    if before != name or ADDRESS not in st.query_params:
        # Written even if it is there: after a link within the page the browser does not show it.
        st.query_params[ADDRESS] = name
    state.study = name
    return run


def _is_file(path: Path) -> bool:
    """Whether there is such a file; an address may name what no file can be called."""
    try:
        return path.is_file()
    except OSError:
        return False


def _leave() -> None:
    session().study = ""
    st.query_params.pop(ADDRESS, None)


def _plan_alike(run: Run) -> None:
    session().plan_refused = ""
    fill_plan(run.study)
    _leave()


def _put_into_bin(run: Run) -> None:
    try:
        permit("delete")
        put_study(backend().settings, run.folder)
    except CtvizError as error:
        st.toast(plain(error), icon=":material/error:")
        return
    record(AuditEvent.BINNED, run.folder.name)
    st.toast("The study is in the bin, at the end of this page.", icon=":material/delete:")
    _leave()


def _restore(binned: BinnedStudy) -> None:
    try:
        permit("delete")
        folder = restore_study(backend().settings, binned)
    except CtvizError as error:
        st.toast(plain(error), icon=":material/error:")
        return
    record(AuditEvent.RESTORED, folder.name)


def _study(run: Run) -> None:
    """Show one study: what it is, how far it is, and what it found."""
    title, again, away, leave = st.columns([7, 1.6, 1.7, 1.8], vertical_alignment="center")
    title.markdown(f"### {plain(run.study.name)} {badge_of(run)}  \n:small[:gray[{_facts(run)}]]")
    if may("study"):
        again.button(
            "Plan alike",
            key=widget("study-alike"),
            icon=":material/content_copy:",
            on_click=uninterrupted(_plan_alike),
            args=(run,),
            type="tertiary",
            width="stretch",
            help="Begin a new study with this one's plan.",
        )
    if may("delete"):
        away.button(
            "Move to bin",
            key=widget("study-put"),
            icon=":material/delete:",
            on_click=uninterrupted(_put_into_bin),
            args=(run,),
            type="tertiary",
            width="stretch",
            disabled=under_way(run),
            help=f"It can be restored for {IN_BIN.days} days.",
        )
    leave.button(
        "All studies",
        key=widget("studies"),
        icon=":material/list:",
        on_click=uninterrupted(_leave),
        type="tertiary",
        width="stretch",
    )
    watch(run)
    if not isinstance(run.study, TruthStudy) and not sees_studies():
        st.info(HIDDEN, icon=":material/visibility_off:")
    elif run.finished:
        _results(run)
    else:
        with st.expander("Plan", icon=":material/description:"):
            st.code(run.study.to_toml(), language="toml")


def _results(run: Run) -> None:
    """Show what a study found; findings that cannot be read can be made again from its table."""
    try:
        if isinstance(run.study, TruthStudy):
            show_truth(run, run.study)
        else:
            show_results(run)
    except CtvizError as error:
        st.error(plain(error), icon=":material/error:")
        st.button(
            "Start again",
            key=widget("study-again"),
            on_click=uninterrupted(begin_study),
            args=(run,),
            help="Slices that are computed are not computed again.",
        )


def _facts(run: Run) -> str:
    study = run.study
    several = [
        count_of(len(entrants_of(study)), "estimator"),
        count_of(len(study.metrics), "metric"),
    ]
    if isinstance(study, TruthStudy):
        several.insert(0, count_of(study.phantoms, "phantom"))
    return " · ".join([cohort_title(study), plain(study.model), *several, _begun(run)])


def _begun(run: Run) -> str:
    """Return when the study was last started."""
    return _time(StudyFolder(run.folder).plan.stat().st_mtime)


def _time(seconds: float) -> str:
    """Return a time as the server's clock has it."""
    return datetime.fromtimestamp(seconds, UTC).astimezone().strftime(TIME)


def _overview() -> None:
    """List the studies there are, then offer to plan a new one."""
    found = studies(backend().settings)
    running = [run.folder for run in found if under_way(run)]
    if running:
        rerun_when_one_ends(running)
    if found:
        st.markdown("### Studies")
        with st.container(height=LIST_PX if len(found) > SHORT else "content", border=False):
            for run in found:
                _listed(run)
    if not may("study"):
        return
    st.markdown("### New study")
    if not found:
        st.markdown(
            "A study scores every estimator on a whole cohort and ranks them: by what the model "
            "needs, and by what a reader drew; or, on phantoms, by what is known to be true. The "
            "plan below is ready; one click runs it."
        )
    started = plan_study()
    if started is not None:
        session().study = started.folder.name
        st.rerun()
    _show_bin()


def _show_bin() -> None:
    """List the studies of the bin, each with the way back."""
    binned = binned_studies(backend().settings)
    if not binned or not may("delete"):
        return
    with st.expander(f"Bin ({len(binned)})", icon=":material/delete:"):
        st.caption(f"Deleted for good after {IN_BIN.days} days.")
        for each in binned:
            name, back = st.columns([9, 2], vertical_alignment="center")
            name.markdown(f"{plain(each.name)} :small[:gray[put here {_time(each.when)}]]")
            back.button(
                "Restore",
                key=widget("study-restore", each.folder.name),
                icon=":material/restore_from_trash:",
                on_click=uninterrupted(_restore),
                args=(each,),
                type="tertiary",
            )


def _listed(run: Run) -> None:
    """Show a study in a line that leads to it."""
    name, state, facts = st.columns([2.4, 1.2, 7], vertical_alignment="center")
    with name, st.container(key=widget("open-study", run.folder.name)):
        st.page_link(
            STUDY_PAGE,
            label=plain(run.study.name),
            icon=":material/arrow_forward:",
            query_params={ADDRESS: run.folder.name},
        )
    state.markdown(badge_of(run))
    facts.caption(_facts(run))
