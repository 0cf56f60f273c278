"""The plan of a new study while a reader makes it: what the form holds, and the way to TOML."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, cast

from ctviz.backend import default_model
from ctviz.cohort import CohortStudy
from ctviz.cohort.kinds import any_plan
from ctviz.cohort.plan import CHEAP_ESTIMATORS, DEFAULT_METRICS, PAPER_ESTIMATORS, VARIANT
from ctviz.cohort.run.units import TITLES
from ctviz.cohort.truth import TruthStudy
from ctviz.cohort.truth.plan import COHORT, TRUTH_METRICS
from ctviz.core import CtvizError, InvalidInput, Value
from ctviz.estimators import ESTIMATORS
from ctviz.estimators.engine.around import JOINT
from ctviz.metrics import GROUPS, METRICS, Group
from ctviz.ui.compare.estimator_choice import FAMILIES
from ctviz.ui.service import backend
from ctviz.ui.session import let_show, session, shown_as, value_of, widget

FOLDER = "folder"
"""Stands for a cohort that is a folder on the server."""

ESTIMATOR_SETS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "The usual": (*PAPER_ESTIMATORS, *CHEAP_ESTIMATORS),
        "The paper's": PAPER_ESTIMATORS,
        "All": tuple(ESTIMATORS),
        "None": (),
    }
)
"""Estimators by the occasion; the controls are in every study."""

AROUND_ANOTHER = "around another"
"""Where the form holds estimators that are another one, smoothed or squared."""

FIELDS = ("name", "reader", "label", "target", "slices_per_case", "seed")
"""Entries of a plan that the form holds as they are."""

FIELDS_OF_TRUTH = ("name", "phantoms", "first", "seed")
"""Those of a plan that studies phantoms."""


def families() -> dict[str, list[str]]:
    """Return the names of the estimators to choose among, by family; controls are always in."""
    found: dict[str, list[str]] = {family: [] for family in FAMILIES}
    for name, cls in ESTIMATORS.items():
        if not cls.control:
            found.setdefault(cls.family, []).append(name)
    return {family: names for family, names in found.items() if names}


def metric_groups() -> dict[Group, list[str]]:
    """Return the names of the metrics to choose among, by group."""
    return {
        group: [name for name, cls in METRICS.items() if cls.group == group] for group in GROUPS
    }


def key_of(*entry: str) -> str:
    """Return the key of the widget that holds an entry of the plan."""
    return widget("plan", *entry)


def field_of(*entry: str) -> str:
    """Return the key under which that widget is on the screen now."""
    return shown_as(key_of(*entry))


def begin_plan() -> None:
    """Let the form start with the plan of the demo study, unless it holds one already."""
    if value_of(key_of("name")) is None:
        model = default_model(backend().models())
        fill_plan(CohortStudy(model=model))


def of_phantoms() -> bool:
    """Whether the form holds a plan that studies phantoms, of which the truth is known."""
    return value_of(key_of("cohort")) == COHORT


def usual_plan(model: str, *, phantoms: bool) -> CohortStudy:
    """Return the plan with which a reader begins: of the demo cohort, or of phantoms."""
    return TruthStudy(model=model, metrics=TRUTH_METRICS) if phantoms else CohortStudy(model=model)


def fill_plan(study: CohortStudy) -> None:
    """Let the form show a plan of either kind; what it does not say of the other has defaults."""
    named = study.cohort in TITLES
    let_show(key_of("cohort"), study.cohort if named else FOLDER)
    let_show(key_of("folder"), "" if named else study.cohort)
    let_show(key_of("model"), study.model)
    let_show(key_of("beside"), list(study.beside))
    let_show(key_of("signs"), list(study.signs))
    of_truth = study if isinstance(study, TruthStudy) else TruthStudy(model=study.model)
    values = {name: getattr(of_truth, name) for name in FIELDS_OF_TRUTH}
    values |= {name: getattr(study, name) for name in FIELDS} | {"finding": study.finding}
    for name, value in values.items():
        let_show(key_of(name), value)
    choose_names(tuple(study.estimators))
    for group, names in metric_groups().items():
        let_show(key_of("metrics", group), [name for name in names if name in study.metrics])
    let_show(key_of("variants"), [key for key in study.metrics if VARIANT in key])
    session().plan_settings = {
        key: dict(settings) for key, settings in {**study.estimators, **study.metrics}.items()
    }


def choose_names(estimators: Sequence[str]) -> None:
    """Let the form show these estimators."""
    for family, names in families().items():
        let_show(key_of("estimators", family), [name for name in names if name in estimators])
    composed = [name for name in estimators if JOINT in name and name not in set(ESTIMATORS)]
    let_show(key_of("estimators", AROUND_ANOTHER), composed)


def chosen_around() -> list[str]:
    """Return the names of the chosen estimators that are another one, smoothed or squared."""
    return _several("estimators", AROUND_ANOTHER)


def choose_around(name: str) -> None:
    """Let the form show one more of those."""
    let_show(key_of("estimators", AROUND_ANOTHER), list(dict.fromkeys([*chosen_around(), name])))


def chosen_estimators() -> list[str]:
    """Return the names of the chosen estimators."""
    return [
        name for family in (*families(), AROUND_ANOTHER) for name in _several("estimators", family)
    ]


def chosen_metrics() -> list[str]:
    """Return the keys of the chosen metrics, variants last."""
    return [name for group in metric_groups() for name in _several("metrics", group)]


def planned() -> CohortStudy:
    """Return the plan that the form holds, refusing one that makes no sense."""
    cohort = value_of(key_of("cohort"))
    settings = session().plan_settings
    usual = list(DEFAULT_METRICS)
    keys = [*chosen_metrics(), *_several("variants")]
    keys.sort(key=lambda key: usual.index(key) if key in usual else len(usual))
    if not chosen_estimators():
        raise InvalidInput("Choose at least one estimator beside the controls.")
    if not keys:
        raise InvalidInput("Choose at least one metric.")
    kind, names = (TruthStudy, FIELDS_OF_TRUTH) if of_phantoms() else (CohortStudy, FIELDS)
    return kind(
        finding=chosen_finding(),
        **cast("Any", {name: value_of(key_of(name)) for name in names}),
        cohort=str(value_of(key_of("folder")) or "").strip() if cohort == FOLDER else str(cohort),
        model=str(value_of(key_of("model"))),
        beside=tuple(name for name in _several("beside") if name in models_beside()),
        estimators={name: settings.get(name, {}) for name in chosen_estimators()},
        metrics={key: {**DEFAULT_METRICS.get(key, {}), **settings.get(key, {})} for key in keys},
        signs=cast("Any", tuple(_several("signs"))),
    )


def findings_to_choose() -> list[str]:
    """Return the findings that the chosen model judges by themselves; none if it judges one class.

    The form holds one of them from then on.
    """
    card = backend().models().get(str(value_of(key_of("model"))))
    findings = list(card.classes) if card and card.multi_label else []
    if findings and value_of(key_of("finding")) not in findings:
        let_show(key_of("finding"), findings[0])
    return findings


def chosen_finding() -> str:
    """Return the finding that is studied; empty where the model judges one class."""
    findings = [] if of_phantoms() else findings_to_choose()
    return str(value_of(key_of("finding"))) if findings else ""


def models_beside() -> list[str]:
    """Return the other models that answer the same question as the chosen one."""
    shelf, model = backend().models(), str(value_of(key_of("model")))
    if model not in shelf:
        return []
    return [
        name
        for name, card in shelf.items()
        if name != model
        and (card.classes, card.multi_label) == (shelf[model].classes, shelf[model].multi_label)
    ]


def take_plan(text: bytes) -> None:
    """Let the form show an uploaded plan; one that cannot be read is kept as a sentence."""
    state = session()
    state.plan_refused = ""
    try:
        fill_plan(any_plan(text.decode("utf-8", errors="replace")))
    except CtvizError as error:
        state.plan_refused = str(error)


def variants() -> list[str]:
    """Return the keys of metrics under other settings: the usual ones, and those of the plan."""
    usual = [key for key in DEFAULT_METRICS if VARIANT in key]
    return list(dict.fromkeys([*usual, *(k for k in session().plan_settings if VARIANT in k)]))


def settings_of(name: str) -> dict[str, Value]:
    """Return the chosen hyperparameters of an estimator or metric."""
    return session().plan_settings.setdefault(name, {})


def _several(*entry: str) -> list[str]:
    return list(cast("Sequence[str]", value_of(key_of(*entry)) or ()))
