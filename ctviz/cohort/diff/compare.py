"""Two models on one cohort: the slices, the networks, and the twins that say what chance does."""

from collections.abc import Mapping
from pathlib import Path

from ctviz.backend import Backend
from ctviz.cohort.diff.attention import Place, attention_of
from ctviz.cohort.diff.verdict import ModelComparison, compared
from ctviz.cohort.finding import is_there, require_question
from ctviz.cohort.plan import CohortStudy
from ctviz.cohort.run.units import Unit, units_of
from ctviz.cohort.statistics.patients import FEWEST
from ctviz.core import InvalidInput, Progress
from ctviz.core.text import count_of
from ctviz.estimators import Estimator
from ctviz.models import Classifier, load_model
from ctviz.models.card import CARD
from ctviz.models.twins import load_twins


def compare_models(
    backend: Backend,
    study: CohortStudy,
    other: str,
    estimators: Mapping[str, Estimator],
    progress: Progress | None = None,
) -> ModelComparison:
    """Return whether a network still looks where the study's model looks, slice by slice.

    Both are asked about the true class, or where that is not known about the one that the study's
    model answers; of several findings about the study's. How much may change is what the twins of
    the study's model do.

    Parameters
    ----------
    study
        Names the cohort, its slices and regions, and the first model.
    other
        Id of the second model, or its folder.
    estimators
        By name.

    Raises
    ------
    InvalidInput
        If the models tell other classes apart, or the cohort has too few patients.
    """
    progress = Progress() if progress is None else progress
    old, new = _network(backend, study.model), _network(backend, other)
    for each in (old, new):
        require_question(each.card, study.finding)
    if old.classes != new.classes:
        raise InvalidInput(
            f"'{study.model}' tells {' and '.join(old.classes)} apart, '{other}' "
            f"{' and '.join(new.classes)}; only networks of the same classes can be compared."
        )
    units = units_of(backend, study, progress)
    patients = len({unit.patient for unit in units})
    if patients < FEWEST:
        raise InvalidInput(
            f"The cohort has {count_of(patients, 'patient')}; {FEWEST} or more are needed to tell "
            "a change from chance."
        )
    places = [_place(backend, unit, old, study.finding) for unit in units]
    twins = _twins(backend, study.model, new)
    progress.start(len(places) * (2 + len(twins)))
    first = attention_of(old, places, estimators, progress)
    rest = [attention_of(each, places, estimators, progress, first) for each in (new, *twins)]
    return compared(first, rest[0], rest[1:])


def _network(backend: Backend, model: str) -> Classifier:
    """Return a model of the shelf, or of a folder."""
    if model not in backend.models() and (Path(model) / CARD).is_file():
        return load_model(Path(model), backend.device)
    return backend.classifier(backend.models()[model].id)


def _twins(backend: Backend, model: str, new: Classifier) -> list[Classifier]:
    """Return the twins of a model, without the network that is compared with it."""
    folder = Path(model)
    if model in backend.models():
        folder = backend.settings.models / model
    twins = load_twins(folder, backend.device)
    return [twin for twin in twins if dict(twin.card.sha256) != dict(new.card.sha256)]


def _place(backend: Backend, unit: Unit, old: Classifier, finding: str) -> Place:
    """Return a slice with what is explained on it: a finding, the true class, or the answer."""
    image, classes = unit.image(backend), tuple(old.classes)
    there = True if unit.truth in classes else None
    if finding:
        explained = finding
        there = is_there(unit.truth, finding, classes)
    else:
        explained = str(unit.truth) if there else classes[old.predict(image).target]
    return Place(image, unit.patient, unit.mask(backend), classes.index(explained), there)
