"""Whether Captum, an independent implementation, computes a study's maps as well."""

from collections.abc import Sequence
from dataclasses import dataclass

from ctviz.backend import Backend, Question
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.plan import read_plan
from ctviz.cohort.reproduce.verify import RecomputedSlice
from ctviz.cohort.run.running import load_unit, unit_addresses
from ctviz.cohort.run.waiting import waited
from ctviz.core import Progress
from ctviz.core.text import count_of
from ctviz.estimators.second_opinion import SAME, SecondOpinion


@dataclass(frozen=True)
class CaptumCheck:
    """Captum's opinion of one estimator of a study.

    Parameters
    ----------
    opinions
        One for each slice.
    """

    estimator: str
    opinions: tuple[SecondOpinion, ...]

    @property
    def differences(self) -> tuple[float, ...]:
        """How far the maps are apart on each slice where Captum has one."""
        return tuple(each.difference for each in self.opinions if each.difference is not None)

    @property
    def why(self) -> str:
        """Why Captum was not asked on some slice, else empty."""
        return next((each.why for each in self.opinions if each.why), "")


def check_with_captum(
    backend: Backend,
    folder: StudyFolder,
    slices: Sequence[RecomputedSlice],
    progress: Progress | None = None,
) -> tuple[CaptumCheck, ...]:
    """Ask Captum for the maps of slices of a finished study, estimator by estimator."""
    study, progress = read_plan(folder.plan), progress or Progress()
    contexts = [load_unit(folder.path, address).context for address in unit_addresses(folder.path)]
    wanted = {(each.case, each.slice_index) for each in slices}
    classes = backend.models()[study.model].classes
    questions = [
        Question(
            backend.case(context.case).slice(context.slice_index),
            study.model,
            classes.index(context.target),
        )
        for context in contexts
        if (context.case, context.slice_index) in wanted
    ]
    estimators = study.built_estimators()
    progress.start(len(estimators) * len(questions))
    checks = []
    for name, estimator in estimators.items():
        opinions = []
        for question in questions:
            opinions.append(waited(backend.second_opinion(question, estimator), progress))
            progress.advance()
        checks.append(CaptumCheck(name, tuple(opinions)))
    return tuple(checks)


def verdict(checks: Sequence[CaptumCheck]) -> str:
    """Return the outcome in words.

    >>> same = SecondOpinion("gradient", difference=2e-7, correlation=1.0)
    >>> verdict([CaptumCheck("gradient", (same, same))])
    'Captum computes the same maps of 1 estimator (at most 2e-07 of the greatest value apart).'
    """
    asked = [check for check in checks if check.differences]
    if not asked:
        return "Captum has no map with the same definition as an estimator of this study."
    apart = [check for check in asked if max(check.differences) > SAME]
    if apart:
        names = ", ".join(check.estimator for check in apart)
        return f"Captum computes other maps for {names}."
    largest = max(max(check.differences) for check in asked)
    return (
        f"Captum computes the same maps of {count_of(len(asked), 'estimator')} (at most "
        f"{largest:.0e} of the greatest value apart)."
    )
