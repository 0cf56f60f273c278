"""Orders from the units of a study, with what they name ready to be sent."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ctviz.backend import Backend
from ctviz.cohort.cluster.contents import Contents
from ctviz.cohort.cluster.order import (
    ContentMissing,
    Order,
    SentUnit,
    mask_file,
    prior_file,
    slice_file,
)
from ctviz.cohort.controls import needs_others
from ctviz.cohort.run.score_unit import asks_twins, unit_address
from ctviz.cohort.run.units import Unit
from ctviz.cohort.run.worker_processes import Assignment
from ctviz.cohort.truth.unit import PhantomUnit
from ctviz.core import InvalidInput
from ctviz.models import ModelCard
from ctviz.models.card import CARD, read_card
from ctviz.models.twins import twin_folders


@dataclass(frozen=True)
class Packer:
    """Makes the orders of one study.

    Parameters
    ----------
    backend
        Knows the cases and the models.
    assignment
        What is computed of each slice.
    """

    backend: Backend
    assignment: Assignment

    @property
    def contents(self) -> Contents:
        """What workers are sent, or find where they share the cache."""
        return Contents.of(self.backend.settings)

    def address(self, unit: Unit) -> str:
        """Return where the result of a slice belongs."""
        return unit_address(self.backend, self.assignment.study, unit)

    def order(self, unit: Unit, address: str) -> Order:
        """Return what a worker is asked for, everything that it names being among the contents."""
        phantom = unit if isinstance(unit, PhantomUnit) else None
        return Order(
            plan=self.assignment.study.to_toml(),
            address=address,
            models=self._models,
            device=self.backend.settings.device,
            scan=None if phantom else self._sent(unit),
            phantom=phantom,
        )

    def forget(self, order: Order) -> None:
        """Let go what only this order needed."""
        for name in order.own:
            self.contents.remove(name)

    def close(self) -> None:
        """Let go what was kept for orders that nobody waits for."""
        for name in self._added:
            self.contents.remove(name)

    def _add(self, content: bytes) -> str:
        name = self.contents.add(content)
        self._added.add(name)
        return name

    def _sent(self, unit: Unit) -> SentUnit:
        mask = unit.mask(self.backend)
        prior = unit.prior(self.backend) if needs_others(self.assignment.study) else None
        return SentUnit(
            *(unit.case, unit.patient, unit.slice_index, unit.truth, unit.reader, unit.label),
            pixels=self._add(slice_file(unit.image(self.backend), self._card)),
            drawn="" if mask is None else self._add(mask_file(mask)),
            others="" if prior is None else self._add(prior_file(prior)),
        )

    @cached_property
    def _added(self) -> set[str]:
        return set()

    @cached_property
    def _card(self) -> ModelCard:
        return self.backend.models()[self.assignment.study.model]

    @cached_property
    def _models(self) -> dict[str, str]:
        """Put the model's files, and its twins' if they are asked, among the contents."""
        home = self.backend.settings.models
        return {
            path.relative_to(home).as_posix(): self.contents.add(path.read_bytes())
            for path in self._files(home / self.assignment.study.model)
        }

    def _files(self, folder: Path) -> Iterator[Path]:
        twins = twin_folders(folder) if asks_twins(self.assignment.study) else ()
        for each in (folder, *twins):
            yield each / CARD
            yield from (each / name for name in read_card(each).sha256)


def place_models(contents: Contents, models: dict[str, str], folder: Path) -> None:
    """Write a model's files where a backend looks for them, each verified.

    Raises
    ------
    InvalidInput
        If a path leads elsewhere, or a file is not what it is called.
    """
    for name, sha256 in models.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise InvalidInput("The order names a file outside of the folder of models.")
        if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256:
            continue
        content = contents.read(sha256)
        if content is None:
            raise ContentMissing(sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
