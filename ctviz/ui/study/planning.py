"""Planning a study: what is compared, by what, on whose slices, and what that will cost."""

from collections.abc import Iterable
from dataclasses import replace

import streamlit as st

from ctviz.cohort import COHORTS, CohortStudy, Run, entrants_of, start
from ctviz.cohort.finding import require_question
from ctviz.cohort.plan import TARGETS, VARIANT, metric_name
from ctviz.cohort.run.scans import PSEUDONYM
from ctviz.cohort.run.units import TITLES
from ctviz.cohort.statistics.patients import FEWEST
from ctviz.cohort.truth import TruthStudy
from ctviz.cohort.truth.plan import COHORT, FIRST_SEED, MOST_PHANTOMS
from ctviz.core import SIGNS, CtvizError, InvalidInput, Tunable, parameters
from ctviz.estimators import ESTIMATORS
from ctviz.metrics import METRICS
from ctviz.store import AuditEvent
from ctviz.truth import scene_of
from ctviz.ui.access import confined, permit, record
from ctviz.ui.access.sight import seen_annotations
from ctviz.ui.compare.around_choice import offer_around
from ctviz.ui.compare.estimator_choice import FAMILIES
from ctviz.ui.compare.metric_choice import QUESTIONS, heading
from ctviz.ui.service import backend, settings
from ctviz.ui.session import let_show, session, value_of, widget
from ctviz.ui.study.forecast import forecast
from ctviz.ui.study.plan_form import (
    AROUND_ANOTHER,
    ESTIMATOR_SETS,
    FOLDER,
    begin_plan,
    choose_around,
    choose_names,
    chosen_around,
    chosen_estimators,
    chosen_finding,
    chosen_metrics,
    families,
    field_of,
    fill_plan,
    findings_to_choose,
    key_of,
    metric_groups,
    models_beside,
    of_phantoms,
    planned,
    settings_of,
    take_plan,
    usual_plan,
    variants,
)
from ctviz.ui.uninterrupted import uninterrupted
from ctviz.ui.widgets.parameters import parameter_form
from ctviz.ui.widgets.plain_text import plain
from ctviz.ui.widgets.waiting import rerun_when

TARGET_WORDS = {"truth": "true class", "predicted": "predicted class"}

BEGINNINGS = {
    False: (
        "Which maps to trust on scans",
        ":material/radiology:",
        "By what the model needs and by what a reader drew: on the demo cohort, or on own cases.",
    ),
    True: (
        "Which maps tell the truth, on phantoms",
        ":material/target:",
        "Of a phantom it is known what each part does to the answer. Estimators are held against "
        "that, and so are the metrics.",
    ),
}
"""The usual plans by whether they study phantoms: title, icon, meaning."""


ON_CLUSTER = (
    "Its slices are computed on the cluster {}; how long that takes depends on its workers."
)


def plan_study() -> Run | None:
    """Let the reader plan a study; return its run once it is started."""
    if not backend().models():
        st.info("There is no model yet; 'ctviz train --help' tells how to make one.")
        return None
    begin_plan()
    _beginnings()
    head = st.container()
    whose, estimators, metrics = st.columns([3, 4, 4], gap="medium")
    with whose:
        _whose()
    with estimators:
        _estimators()
    with metrics:
        _metrics()
    with head:
        return _start()


def _beginnings() -> None:
    """Offer the usual plans: one of scans, one of phantoms."""
    chosen = of_phantoms()
    with st.container(horizontal=True):
        for phantoms, (title, icon, meaning) in BEGINNINGS.items():
            st.button(
                title,
                key=widget("plan-begin", phantoms),
                on_click=uninterrupted(_begin_with),
                kwargs={"phantoms": phantoms},
                type="secondary" if phantoms == chosen else "tertiary",
                icon=icon,
                help=meaning,
            )


def _start() -> Run | None:
    """Say what the plan costs, and start it when the reader says so."""
    words, go, file = st.columns([6, 2, 1.4], vertical_alignment="center")
    study, refused = None, session().plan_refused
    try:
        plan = _sensible(planned())
        expected = forecast(plan)
        words.markdown(f"**{plain(_gist(plan))}**  \n{plain(expected.sentence)}")
        if backend().settings.cluster:
            words.caption(plain(ON_CLUSTER.format(backend().settings.cluster)))
        if expected.cost is None:
            rerun_when(lambda: backend().one_core(plan.model) is not None)
        study = plan
    except CtvizError as error:
        words.error(plain(error), icon=":material/error:")
    if refused:
        words.error(f"The uploaded plan was refused: {plain(refused)}", icon=":material/error:")
    demo = study is not None and study.digest == CohortStudy(model=study.model).digest
    started = go.button(
        "Run the demo study" if demo else "Start",
        key=widget("study-start"),
        icon=":material/play_arrow:",
        type="primary",
        width="stretch",
        disabled=study is None,
    )
    with file:
        _plan_file(study)
    if not started or study is None:
        return None
    permit("study")
    run = start(backend().settings, study)
    record(AuditEvent.STUDIED, run.folder.name)
    return run


def _gist(study: CohortStudy) -> str:
    several = len(entrants_of(study)), len(study.signs), len(study.metrics)
    return (
        f"{TITLES.get(study.cohort, 'a folder of scans').capitalize()}: "
        f"{several[0]} estimators, controls included, read in {several[1]} "
        f"{'way' if several[1] == 1 else 'ways'}, by {several[2]} metrics"
    )


def _sensible(study: CohortStudy) -> CohortStudy:
    """Return a plan that can be run here, refusing one that cannot before it is started."""
    if study.cohort not in TITLES and not PSEUDONYM.fullmatch(study.cohort):
        study = replace(study, cohort=str(confined(study.cohort, settings().import_roots)))
    if study.model not in backend().models():
        raise InvalidInput(f"There is no model '{study.model}' here; choose one of the list.")
    require_question(backend().models()[study.model], study.finding)
    if isinstance(study, TruthStudy):
        scene_of(backend().models()[study.model])
    return study


def _plan_file(study: CohortStudy | None) -> None:
    """Offer the plan as a file, and the way back."""
    key = widget("plan-upload")

    def take() -> None:
        file = value_of(key)
        if file is not None:
            take_plan(file.getvalue())  # type: ignore[attr-defined]

    with st.popover("Plan", icon=":material/description:", width="stretch"):
        st.download_button(
            "Download",
            study.to_toml() if study else "",
            f"{study.name if study else 'plan'}.toml",
            "application/toml",
            key=widget("plan-download"),
            disabled=study is None,
            icon=":material/download:",
            on_click="ignore",
            width="stretch",
        )
        st.caption("Every hyperparameter, to be kept with a paper; `ctviz study` takes it too.")
        st.file_uploader("Take a plan", type="toml", key=key, on_change=uninterrupted(take))
        st.button(
            "Start over",
            key=widget("plan-reset"),
            on_click=uninterrupted(_start_over),
            type="tertiary",
        )


def _start_over() -> None:
    _begin_with(phantoms=of_phantoms())


def _begin_with(*, phantoms: bool) -> None:
    """Let the form show the usual plan of a kind, for the model that is chosen."""
    session().plan_refused = ""
    fill_plan(usual_plan(str(value_of(key_of("model"))), phantoms=phantoms))


def _whose() -> None:
    """Offer cohort, model, slices, and whose drawings count."""
    cohorts = dict(TITLES)
    if settings().import_roots or value_of(key_of("cohort")) == FOLDER:
        cohorts[FOLDER] = "a folder of scans on the server"
    st.selectbox(
        "Cohort",
        list(cohorts),
        format_func=lambda name: cohorts[name].capitalize(),
        key=field_of("cohort"),
        persist_state="session",
        on_change=uninterrupted(_follow_cohort),
    )
    if value_of(key_of("cohort")) == FOLDER:
        st.text_input(
            "Folder",
            key=field_of("folder"),
            persist_state="session",
            help="Scans in folders of their own; a table labels.csv may tell true classes. Only "
            "folders that whoever runs ctviz has named in CTVIZ_IMPORT_ROOTS can be studied here.",
        )
    shelf = backend().models()
    st.selectbox(
        "Model",
        list(shelf),
        format_func=lambda name: shelf[name].title,
        key=field_of("model"),
        persist_state="session",
    )
    if others := models_beside():
        st.multiselect(
            "The same on",
            others,
            format_func=lambda name: shelf[name].title,
            key=field_of("beside"),
            persist_state="session",
            placeholder="this model only",
            help="Study further models with the same plan, to see which findings are those of one "
            "model. Each costs as much again.",
        )
    if of_phantoms():
        _phantoms()
    else:
        _slices()
    st.pills(
        "Values",
        SIGNS,
        selection_mode="multi",
        wrap=True,
        key=field_of("signs"),
        persist_state="session",
        help="Absolute values drop a map's sign before it is scored; the paper compares both.",
    )
    if not of_phantoms():
        _reader()
    name, seed = st.columns([3, 2])
    name.text_input(
        "Name",
        key=field_of("name"),
        persist_state="session",
        help="Lower case, digits and hyphens.",
    )
    seed.number_input(
        "Seed", 0, key=field_of("seed"), persist_state="session", help="Of the bootstrap's draws."
    )


def _slices() -> None:
    """Offer how many slices of each scan are studied, and which class is explained."""
    slices, explained = st.columns(2)
    slices.number_input(
        "Slices of each case",
        0,
        key=field_of("slices_per_case"),
        persist_state="session",
        help="Evenly spread over the slices with a region; 0 takes all of them.",
    )
    if findings := findings_to_choose():
        explained.selectbox(
            "Finding",
            findings,
            key=field_of("finding"),
            persist_state="session",
            help="The model judges each of them by itself; a study is about one. Maps speak for "
            "it, on slices with it and without. Where no label is named, regions labelled like it "
            "count.",
        )
        return
    explained.selectbox(
        "Explain",
        TARGETS,
        format_func=TARGET_WORDS.__getitem__,
        key=field_of("target"),
        persist_state="session",
        help="The class for which maps speak. Where the true one is not known, or is none of the "
        "model's, the predicted one is explained.",
    )


def _phantoms() -> None:
    """Offer how many phantoms are drawn, and say what is known of them."""
    phantoms, first = st.columns(2)
    phantoms.number_input(
        "Phantoms",
        1,
        MOST_PHANTOMS,
        key=field_of("phantoms"),
        persist_state="session",
        help="Each is a patient with one slice. More give narrower intervals; on fewer than "
        f"{FEWEST} no estimator can be shown to beat a control.",
    )
    first.number_input(
        "First phantom",
        0,
        key=field_of("first"),
        persist_state="session",
        help="Its seed; the others follow. No model of ctviz has learnt from those of "
        f"{FIRST_SEED} and more.",
    )
    st.caption(
        "Each phantom is drawn again without one part after the other. The change of the answer is "
        "the part's true effect; a good map gives importance to the parts in that order, and a "
        "good metric ranks the estimators as that does."
    )


def _follow_cohort() -> None:
    """Name the study as its cohort, unless the reader has named it."""
    names = {cohort: cohort for cohort in COHORTS} | {COHORT: TruthStudy.name, FOLDER: "study"}
    if value_of(key_of("name")) in names.values():
        let_show(key_of("name"), names[str(value_of(key_of("cohort")))])


def _reader() -> None:
    """Offer whose drawings maps are compared with; phantoms know their own anatomy."""
    if value_of(key_of("cohort")) in {"demo", "marked"}:
        st.caption("Maps are compared with the phantoms' own heart and great vessels.")
        return
    reader, label = st.columns(2)
    known = {who for names in seen_annotations().values() for who in names}
    current = str(value_of(key_of("reader")) or "")
    reader.selectbox(
        "Reader",
        sorted({"", current, *known}),
        format_func=lambda name: name or "the only one",
        key=field_of("reader"),
        persist_state="session",
        help="Whose regions the maps are compared with.",
    )
    label.text_input(
        "Label",
        key=field_of("label"),
        persist_state="session",
        placeholder=chosen_finding() or "every label",
        help="Only regions with this label.",
    )


def _estimators() -> None:
    """Offer the estimators by family."""
    st.markdown("**Estimators**")
    with st.container(horizontal=True):
        for title, several in ESTIMATOR_SETS.items():
            st.button(
                title,
                key=widget("plan-set", title),
                on_click=uninterrupted(choose_names),
                args=(several,),
                type="tertiary",
            )
    for family, names in families().items():
        st.pills(
            family.capitalize(),
            names,
            selection_mode="multi",
            wrap=True,
            format_func=lambda name: ESTIMATORS[name].title,
            key=field_of("estimators", family),
            persist_state="session",
            help=FAMILIES.get(family),
        )
    offer_around(choose_around)
    if composed := chosen_around():
        st.pills(
            "Chosen around another",
            composed,
            selection_mode="multi",
            wrap=True,
            format_func=lambda name: ESTIMATORS[name].title,
            key=field_of("estimators", AROUND_ANOTHER),
            persist_state="session",
            label_visibility="collapsed",
        )
    controls = [cls.title for cls in ESTIMATORS.values() if cls.control]
    st.caption(
        f"Controls are in every study: {', '.join(controls)}"
        + (
            "."
            if of_phantoms()
            else "; with corrected agreement also the mean mask of the other patients."
        )
    )
    _parameters("estimator", [ESTIMATORS[name] for name in chosen_estimators()])


def _metrics() -> None:
    """Offer the metrics by group."""
    st.markdown("**Metrics** :gray[↑ higher is better, ↓ lower is better]")
    for group, names in metric_groups().items():
        title, question = QUESTIONS[group]
        st.pills(
            title,
            names,
            selection_mode="multi",
            wrap=True,
            format_func=heading,
            key=field_of("metrics", group),
            persist_state="session",
            help=question,
        )
    st.pills(
        "The same under other settings",
        variants(),
        selection_mode="multi",
        wrap=True,
        format_func=_variant_words,
        key=field_of("variants"),
        persist_state="session",
        help="To see whether the ranking depends on them.",
    )
    _parameters("metric", [METRICS[name] for name in chosen_metrics()])


def _variant_words(key: str) -> str:
    settings = key.partition(VARIANT)[2].replace("=", " ")
    return f"{METRICS[metric_name(key)].title}, {settings}"


def _parameters(kind: str, chosen: Iterable[type[Tunable]]) -> None:
    """Offer the hyperparameters of one of the chosen."""
    known = {cls.name: cls for cls in chosen if parameters(cls)}  # type: ignore[attr-defined]
    with st.expander(f"Parameters of one {kind}", on_change="rerun") as form:
        if not form.open or not known:
            return
        name = st.selectbox(
            "Of",
            list(known),
            format_func=lambda name: known[name].title,  # type: ignore[attr-defined]
            key=widget("plan-parameters", kind),
            label_visibility="collapsed",
        )
        chosen_settings = parameter_form(f"plan {name}", known[name], settings_of(name))
        session().plan_settings[name] = chosen_settings
