"""One phantom of a study: its scores like any slice's, and what its parts really do."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Self

import numpy as np

from ctviz.backend import Backend, Question
from ctviz.cohort.files import read_sealed, write_sealed
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.run.score_unit import Heard
from ctviz.cohort.run.units import Unit
from ctviz.cohort.run.waiting import waited
from ctviz.cohort.run.worker_processes import Assignment
from ctviz.cohort.truth.plan import TruthStudy
from ctviz.core import Cancelled, CtvizError, ImportanceMap, Mask, Prediction, Progress, Slice
from ctviz.truth import SCENES, Effects, Judgement, KnownSlice, judge

TRUTH_VERSION = 1
"""Raised whenever equal inputs begin to have another truth, which computes all phantoms anew."""

SCORING = 0.9
"""Share of a phantom's time that its scores take, for the progress."""


@dataclass(frozen=True)
class PhantomUnit(Unit):
    """One phantom, drawn when it is needed.

    Parameters
    ----------
    scene
        Of which kind.
    seed
        Which one.
    """

    scene: str = ""
    seed: int = 0

    @classmethod
    def of(cls, scene: str, seed: int) -> Self:
        """Return the phantom of a seed."""
        name = phantom_name(seed)
        return cls(name, name, 0, SCENES[scene].explained, scene=scene, seed=seed)

    @property
    def known(self) -> KnownSlice:
        """The slice with its parts."""
        return _drawn(self.scene, self.seed)

    def image(self, backend: Backend) -> Slice:  # noqa: ARG002 - it is in no list of cases
        """Return the slice itself."""
        return self.known.image

    def mask(self, backend: Backend) -> Mask | None:  # noqa: ARG002
        """Return where one would look for the class, (H, W)."""
        return self.known.region


def phantom_name(seed: int) -> str:
    """Return what the phantom of a seed is called."""
    return f"phantom {seed}"


def load_judgement(path: Path) -> Judgement | None:
    """Return the truth of a file; None if it is absent, damaged or of another version."""
    arrays = read_sealed(path)
    if arrays is None or int(arrays["version"]) != TRUTH_VERSION:
        return None
    return Judgement.of_arrays(arrays)


def save_judgement(path: Path, judgement: Judgement) -> None:
    """Write the truth in one step."""
    write_sealed(path, {"version": np.asarray(TRUTH_VERSION), **judgement.arrays()})


@dataclass(frozen=True)
class TruthAssignment(Assignment):
    """The scores of each phantom, and the truth beside them."""

    study: TruthStudy

    @classmethod
    def ordered(cls, plan: str, folder: Path) -> Self:
        """Return what another process ordered, with the plan as TOML."""
        return cls(TruthStudy.from_toml(plan), folder)

    def settle(
        self,
        backend: Backend,
        unit: Unit,
        progress: Progress | None = None,
        heard: Heard | None = None,
    ) -> tuple[str, bool]:
        """Compute a phantom unless its results are there; return their address and whether so."""
        if not isinstance(unit, PhantomUnit):
            raise TypeError("The truth is known of phantoms only.")
        tell = heard or (lambda _: None)
        address, known = super().settle(backend, unit, progress, lambda s: tell(SCORING * s))
        path = StudyFolder(self.folder).truth(address)
        if load_judgement(path) is not None:
            return address, known
        judgement = judge_phantom(backend, self.study, unit, progress or Progress())
        save_judgement(path, judgement)
        return address, False

    def files(self, address: str) -> tuple[Path, ...]:
        """Return the files that are the result of a phantom."""
        return (*super().files(address), StudyFolder(self.folder).truth(address))

    def knows(self, address: str) -> bool:
        """Whether the results of a phantom are there and whole."""
        truth = StudyFolder(self.folder).truth(address)
        return super().knows(address) and load_judgement(truth) is not None


def judge_phantom(
    backend: Backend, study: TruthStudy, unit: PhantomUnit, progress: Progress
) -> Judgement:
    """Return what a phantom's parts do, and what each map says of them.

    Maps are recalled, for they were scored before.
    """
    known = unit.known

    def answers(images: Sequence[Slice]) -> list[Prediction]:
        jobs = [backend.predict(image, study.model, urgency="background") for image in images]
        return [waited(job, progress) for job in jobs]

    whole, *without = answers([known.image, *(part.without for part in known.parts)])
    target = whole.classes.index(SCENES[unit.scene].explained)
    effects = Effects.of([part.name for part in known.parts], target, whole, without)
    question = Question(known.image, study.model, target)
    estimators = list(study.built_estimators().values())
    maps: list[ImportanceMap | CtvizError] = []
    for job in backend.explain(question, estimators, urgency="background"):
        try:
            maps.append(waited(job, progress))
        except Cancelled:
            raise
        except CtvizError as error:
            maps.append(error)
    return judge(known.parts, effects, maps, study.signs)


@lru_cache(maxsize=1)
def _drawn(scene: str, seed: int) -> KnownSlice:
    """Return the phantom of a seed; one at a time, for it is large."""
    return SCENES[scene].draw(seed)
