"""Running a study: every slice once, then the table, the curves and the findings."""

import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from ctviz.backend import Backend
from ctviz.backend.cases.catalogue import pseudonym_key
from ctviz.backend.strange_fills import strange_fills
from ctviz.cohort.analysis.analyse import analyse
from ctviz.cohort.analysis.findings import save_findings
from ctviz.cohort.analysis.leakage import Leakage
from ctviz.cohort.contact_sheet import save_sheet
from ctviz.cohort.files import read_json, remove_parts, write_json, write_whole
from ctviz.cohort.finding import require_question
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.json_codec import from_plain
from ctviz.cohort.plan import CohortStudy
from ctviz.cohort.reproduce.environment import environment
from ctviz.cohort.run.pace import SlicePace
from ctviz.cohort.run.pictures import pictures_of
from ctviz.cohort.run.registration import Registration, register
from ctviz.cohort.run.result import UnitResult
from ctviz.cohort.run.scans import unnamed
from ctviz.cohort.run.status import Stage, Stoppable, Teller, study_lock
from ctviz.cohort.run.units import Unit, units_of
from ctviz.cohort.run.worker_processes import (
    Announcement,
    Assignment,
    Crew,
    Done,
    Share,
    ThisMachine,
)
from ctviz.cohort.tables.curve_table import write_curves
from ctviz.cohort.tables.score_table import write_tables
from ctviz.core import Cancelled, CtvizError, InvalidInput, Progress, Settings
from ctviz.core.foreign import legible
from ctviz.models.training_digests import read_training_digests

_COUNTED = ("done", "total", "known", "failed", "share", "left_seconds")
_RELAYED = (*_COUNTED, "dashboard")

ADDRESS = re.compile(r"[0-9a-f]{8,128}")
"""What a slice's result is called."""


@dataclass(frozen=True)
class Failure:
    """A slice without scores, and why."""

    case: str
    slice_index: int
    why: str


def cores() -> int:
    """Return how many processes compute at a time by default: one for each core."""
    available = getattr(os, "sched_getaffinity", None)
    return len(available(0)) if available else os.cpu_count() or 1


def crew_of(workers: int | Crew | None) -> Crew:
    """Return who computes: by default a process for each core."""
    if workers is None:
        return ThisMachine(cores())
    return ThisMachine(workers) if isinstance(workers, int) else workers


def crew_named(cluster: str, workers: int | None) -> Crew:
    """Return who computes: the workers of a cluster, if one is named by its scheduler."""
    if not cluster:
        return crew_of(workers)
    # Only whoever has a cluster needs what speaks to it.
    from ctviz.cohort.cluster.crew import ClusterCrew

    return ClusterCrew(cluster)


def at_once(device: str) -> int:
    """Return how many slices are computed at a time: one for each core, or one on a GPU."""
    return cores() if device == "cpu" else 1


def default_folder(settings: Settings, study: CohortStudy) -> Path:
    """Return the folder in which a study is kept by default."""
    return StudyFolder.named(settings, unnamed(settings, study).folder_name).path


def slices_known(settings: Settings, study: CohortStudy) -> int:
    """Return how many slices of a plan were computed before, in the folder that it has by default.

    Other models beside its own are not looked at.
    """
    return StudyFolder(default_folder(settings, study)).units_known


def run_study(  # noqa: PLR0913 - who watches is not what is run
    backend: Backend,
    study: CohortStudy,
    folder: Path,
    *,
    workers: int | Crew | None = None,
    progress: Progress | None = None,
    told: Callable[[Stage], object] | None = None,
) -> tuple[Failure, ...]:
    """Run a study, or go on with it, and write its results; return the slices that failed.

    Parameters
    ----------
    backend
        A steady one, if it computes here and the numbers are to come out again bit by bit.
    folder
        Of the study; a slice whose result is there is not computed again.
    workers
        Processes, by default one for each core; 0 computes in this one. Or another crew, as of a
        cluster.
    progress
        Cancelling it stops the run; what is computed stays.
    told
        Hears where the study stands, often.
    """
    kept = unnamed(backend.settings, study)
    with study_lock(folder):
        keep_plan(backend.settings, kept, folder)
        run = StudyRun(backend, kept, folder, Teller(folder), told or (lambda _: None))
        return run.all(study, crew_of(workers), Stoppable(folder, progress))


def register_study(backend: Backend, study: CohortStudy, folder: Path) -> Registration:
    """Keep a study's plan in its folder and fix it, before any of its data are opened.

    Raises
    ------
    InvalidInput
        If the folder belongs to another plan, or the study runs already.
    """
    kept = unnamed(backend.settings, study)
    with study_lock(folder):
        keep_plan(backend.settings, kept, folder)
        return _fixed(backend, kept, folder, beforehand=True)


@dataclass(eq=False)
class StudyRun:
    """One run of a study, from the cohort to the findings."""

    backend: Backend
    study: CohortStudy
    folder: Path
    teller: Teller
    told: Callable[[Stage], object]
    now: Stage = field(default_factory=lambda: Stage("running"))
    begun: float = field(default_factory=time.monotonic)
    pace: SlicePace = field(default_factory=SlicePace)

    def all(self, ordered: CohortStudy, crew: Crew, progress: Progress) -> tuple[Failure, ...]:
        """Run to the end, or write down why it ended. The order may name a folder of scans."""
        remove_parts(self.folder)
        try:
            self._tell("Preparing the cohort.")
            # A model that is not there is refused before a cohort is made for it.
            require_question(self.backend.classifier(self.study.model).card, self.study.finding)
            _fixed(self.backend, self.study, self.folder)
            self._beside(ordered, crew, progress)
            units = self.units(ordered, progress)
            outcomes = self._compute(units, crew, progress)
            failures = self._finish(units, outcomes, crew, progress)
        except (Cancelled, KeyboardInterrupt):
            self._tell("Stopped; start it again to go on.", state="cancelled")
            raise
        except CtvizError as error:
            self._tell(str(error), state="failed")
            raise
        said = "Finished." if not failures else f"Finished; {len(failures)} slices failed."
        self._tell(said, state="done", share=1.0, left_seconds=0.0)
        return failures

    def same(
        self,
        study: CohortStudy,
        folder: Path,
        crew: Crew,
        progress: Progress,
        told: Callable[[Stage], object],
    ) -> None:
        """Study the same on another model."""
        run_study(self.backend, study, folder, workers=crew, progress=progress, told=told)

    def units(self, ordered: CohortStudy, progress: Progress) -> tuple[Unit, ...]:
        """Return the slices."""
        return units_of(self.backend, ordered, progress)

    def assignment(self) -> Assignment:
        """Return what is computed of each slice."""
        return Assignment(self.study, self.folder)

    def conclude(self, units: Sequence[Unit], addresses: Sequence[str], progress: Progress) -> None:
        """Write what slices and their results say together, their tables being there."""
        results = (load_unit(self.folder, address) for address in addresses)
        self._look_up(results).save(self.folder)
        findings = analyse(self.folder, progress)
        drawn = pictures_of(self.backend, self.folder, findings, units, progress)
        save_sheet(tuple(drawn), self.folder)
        save_findings(findings, self.folder)

    def _beside(self, ordered: CohortStudy, crew: Crew, progress: Progress) -> None:
        """Study the same on the other models, whose findings stand beside this one's."""
        shelf = self.backend.models()
        for model in self.study.beside:
            require_question(shelf[model], self.study.finding)
            if shelf[model].classes != shelf[self.study.model].classes:
                raise InvalidInput(
                    f"The model '{model}' tells other classes than '{self.study.model}', so the "
                    "same cannot be studied on both; choose models of one question."
                )
        for place, model in enumerate(self.study.beside):

            def relay(stage: Stage, model: str = model, after: int = place + 1) -> None:
                heard = {key: getattr(stage, key) for key in _RELAYED}
                if stage.left_seconds is not None:
                    # What follows, this study's own model last, will take as long as this one.
                    rest = len(self.study.beside) + 1 - after
                    heard["left_seconds"] += rest * (stage.seconds + stage.left_seconds)
                self._tell(f"On {model}: {stage.message}", **heard)

            folder = StudyFolder(self.folder).beside(model)
            self.same(ordered.on(model), folder, crew, progress, relay)

    def _compute(self, units: Sequence[Unit], crew: Crew, progress: Progress) -> list[Done]:
        """Return the outcome of each slice, in their order."""
        fresh = {**dict.fromkeys(_COUNTED, 0), "left_seconds": None, "total": len(units)}
        self._tell("Computing slices.", **fresh)
        assignment, outcomes = self.assignment(), dict[int, Done]()
        self.begun, self.pace = time.monotonic(), SlicePace()
        under_way = 0.0
        for news in crew.outcomes(self.backend, assignment, units, progress):
            if isinstance(news, Announcement):
                self._tell(news.message, dashboard=news.dashboard)
                continue
            if isinstance(news, Share):
                under_way = news.under_way
            else:
                outcomes[news.place] = news
            self._count(list(outcomes.values()), under_way)
        return [outcomes[place] for place in range(len(units))]

    def _count(self, outcomes: Sequence[Done], under_way: float) -> None:
        known = sum(done.known for done in outcomes)
        fresh = len(outcomes) - known + under_way
        left = self.now.total - len(outcomes) - under_way
        self._tell(
            self.now.message,
            done=len(outcomes),
            known=known,
            failed=sum(bool(done.why) for done in outcomes),
            share=(len(outcomes) + under_way) / self.now.total,
            left_seconds=self.pace.left(fresh, left, time.monotonic()),
        )

    def _finish(
        self, units: Sequence[Unit], outcomes: Sequence[Done], crew: Crew, progress: Progress
    ) -> tuple[Failure, ...]:
        """Write what the slices say together."""
        self._tell("Ranking the estimators.", left_seconds=None, dashboard="")
        pairs = list(zip(units, outcomes, strict=True))
        failures = tuple(
            Failure(unit.case, unit.slice_index, done.why) for unit, done in pairs if done.why
        )
        addresses = [done.address for done in outcomes if not done.why]
        if not addresses:
            raise InvalidInput(f"No slice of the study could be scored: {failures[0].why}")
        write_json(StudyFolder(self.folder).failures, [asdict(failure) for failure in failures])
        write_json(StudyFolder(self.folder).units, addresses)

        def results() -> Iterator[UnitResult]:
            for address in addresses:
                progress.check()
                yield load_unit(self.folder, address)

        write_tables(self.folder, results())
        write_curves(self.folder, results, len(addresses))
        strange = strange_fills(self.backend.classifier(self.study.model))
        write_json(StudyFolder(self.folder).strange_fills, dict(strange))
        document = environment(self.backend, self.study, results(), crew.facts)
        write_json(StudyFolder(self.folder).environment, document)
        scored = [unit for unit, done in pairs if not done.why]
        self.conclude(scored, addresses, progress)
        return failures

    def _look_up(self, results: Iterator[UnitResult]) -> Leakage:
        """Return which of the slices the model was trained on."""
        settings, model = self.backend.settings, self.study.model
        return Leakage.of(
            (result.context for result in results),
            read_training_digests(settings.models / model),
            self.backend.models()[model],
            pseudonym_key(settings.data),
        )

    def _tell(self, message: str, **changes: object) -> None:
        before, seconds = self.now, time.monotonic() - self.begun
        self.now = replace(before, message=message, seconds=seconds, **changes)  # type: ignore[arg-type]
        turned = (before.state, before.message, before.done) != (
            *(self.now.state, message, self.now.done),
        )
        self.teller.tell(self.now, at_once=turned)
        self.told(self.now)


def load_unit(folder: Path, address: str) -> UnitResult:
    """Return the result of one slice, refusing one that is gone or damaged."""
    result = UnitResult.load(StudyFolder(folder).unit(address))
    if result is None:
        raise InvalidInput(
            f"The result of a slice ({address[:8]}) is missing or damaged; start the study again "
            "to compute it anew."
        )
    return result


def failures_of(folder: Path) -> tuple[Failure, ...]:
    """Return the slices without scores of a finished study, and why."""
    document = read_json(StudyFolder(folder).failures)
    try:
        return () if document is None else from_plain(tuple[Failure, ...], document)
    except InvalidInput:
        return ()


def unit_addresses(folder: Path) -> tuple[str, ...]:
    """Return the addresses of the slices of a finished study, in the table's order."""
    document = read_json(StudyFolder(folder).units)
    addresses = document if isinstance(document, list) else []
    if not addresses or not all(isinstance(a, str) and ADDRESS.fullmatch(a) for a in addresses):
        raise InvalidInput(
            f"'{legible(folder.name)}' is not the folder of a finished study; run it first."
        )
    return tuple(addresses)


def _fixed(
    backend: Backend, study: CohortStudy, folder: Path, *, beforehand: bool = False
) -> Registration:
    """Fix the plan and the weights of a study, unless they are, and return what holds now."""
    card = backend.models()[study.model]
    weights = card.sha256[card.weights]
    return register(StudyFolder(folder), study.digest, weights, beforehand=beforehand)[-1]


def keep_plan(settings: Settings, study: CohortStudy, folder: Path) -> None:
    """Write the plan, refusing a folder that belongs to another one."""
    path = StudyFolder(folder).plan
    if path.exists() and unnamed(settings, type(study).read(path)).digest != study.digest:
        raise InvalidInput(
            f"The folder '{folder.name}' holds another study; choose a new folder or its own plan."
        )
    write_whole(path, study.to_toml().encode())
