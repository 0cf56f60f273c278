"""Running a study of phantoms: like any study, with the truth beside the scores."""

from collections.abc import Callable, Sequence
from pathlib import Path

from ctviz.backend import Backend
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.plan import CohortStudy
from ctviz.cohort.run.running import Failure, StudyRun, crew_of, keep_plan, load_unit
from ctviz.cohort.run.status import Stage, Stoppable, Teller, study_lock
from ctviz.cohort.run.units import Unit
from ctviz.cohort.run.waiting import waited
from ctviz.cohort.run.worker_processes import Crew
from ctviz.cohort.truth.analyse import analyse_truth
from ctviz.cohort.truth.effects_table import write_effects
from ctviz.cohort.truth.findings import TruthFindings, save_truth_findings
from ctviz.cohort.truth.picture import (
    DrawnPhantom,
    ShownMap,
    TruthPicture,
    effects_of,
    question_of,
    save_picture,
    shown_entrants,
    typical_place,
)
from ctviz.cohort.truth.plan import TruthStudy
from ctviz.cohort.truth.unit import PhantomUnit, TruthAssignment, load_judgement, phantom_name
from ctviz.core import InvalidInput, Progress
from ctviz.truth import Effects, Judgement, scene_of


def run_truth_study(  # noqa: PLR0913 - who watches is not what is run
    backend: Backend,
    study: TruthStudy,
    folder: Path,
    *,
    workers: int | Crew | None = None,
    progress: Progress | None = None,
    told: Callable[[Stage], object] | None = None,
) -> tuple[Failure, ...]:
    """Run a study of phantoms, or go on with it, as `run_study` does with scans.

    Raises
    ------
    InvalidInput
        If the truth is not known for the model, or the folder holds another study.
    """
    scene_of(backend.models()[study.model])
    with study_lock(folder):
        keep_plan(backend.settings, study, folder)
        run = TruthRun(backend, study, folder, Teller(folder), told or (lambda _: None))
        return run.all(study, crew_of(workers), Stoppable(folder, progress))


class TruthRun(StudyRun):
    """One run of a study of phantoms."""

    study: TruthStudy

    @property
    def scene(self) -> str:
        """Which kind of phantoms the model is shown."""
        return scene_of(self.backend.models()[self.study.model]).name

    def same(
        self,
        study: CohortStudy,
        folder: Path,
        crew: Crew,
        progress: Progress,
        told: Callable[[Stage], object],
    ) -> None:
        """Hold the same against the truth on another model."""
        assert isinstance(study, TruthStudy)  # noqa: S101 - the run's own plan
        run_truth_study(self.backend, study, folder, workers=crew, progress=progress, told=told)

    def units(self, ordered: CohortStudy, progress: Progress) -> tuple[Unit, ...]:  # noqa: ARG002
        """Return the phantoms; none is drawn before its turn."""
        return tuple(PhantomUnit.of(self.scene, seed) for seed in self.study.seeds)

    def assignment(self) -> TruthAssignment:
        """Return what is computed of each phantom."""
        return TruthAssignment(self.study, self.folder)

    def conclude(
        self,
        units: Sequence[Unit],  # noqa: ARG002 - a phantom is in its result
        addresses: Sequence[str],
        progress: Progress,
    ) -> None:
        """Write every effect, and what agrees with the truth."""
        names = [load_unit(self.folder, address).context.patient for address in addresses]
        judged = [_judgement(self.folder, address) for address in addresses]
        progress.check()
        write_effects(self.folder, names, judged)
        found = analyse_truth(self.folder, self.study, self.scene, judged)
        place = typical_place(found, judged)
        picture = (
            None
            if place is None
            else self._picture(found, names[place], judged[place].effects, progress)
        )
        save_picture(picture, self.folder)
        save_truth_findings(found, self.folder)

    def _picture(
        self, found: TruthFindings, name: str, effects: Effects, progress: Progress
    ) -> TruthPicture:
        """Return the picture of a phantom; its maps are recalled, for they were scored before."""
        (seed,) = (seed for seed in self.study.seeds if phantom_name(seed) == name)
        phantom = DrawnPhantom.of(found.subject.scene, seed)
        by_part = dict(zip(effects.parts, map(float, effects.scores), strict=True))
        entrants, estimators = shown_entrants(found), self.study.built_estimators()
        jobs = self.backend.explain(
            question_of(self.backend, self.study, found, phantom),
            [estimators[entrant.estimator] for entrant in entrants],
            urgency="background",
        )
        maps = [waited(job, progress).values for job in jobs]
        shown = tuple(ShownMap(*each) for each in zip(entrants, maps, strict=True))
        return TruthPicture(phantom, effects_of(phantom.parts, by_part), shown)


def _judgement(folder: Path, address: str) -> Judgement:
    judgement = load_judgement(StudyFolder(folder).truth(address))
    if judgement is None:
        raise InvalidInput(
            f"The truth of a phantom ({address[:8]}) is missing or damaged; start the study again "
            "to compute it anew."
        )
    return judgement
