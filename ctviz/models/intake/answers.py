"""What only the people know who have trained a network."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ctviz.core import UnusableModel
from ctviz.models.card import AS_THEY_ARE, DataSource, ModelCard, Scale
from ctviz.models.grid import AS_A_WHOLE, Manner
from ctviz.models.heads import Head, usual_head, why_not
from ctviz.models.intake.inspecting import Inspection
from ctviz.models.neighbours import Neighbours


@dataclass(frozen=True, kw_only=True)
class CardAnswers:
    """What only the people know who have trained a network.

    Parameters
    ----------
    id, title, task, classes, window, further_windows, neighbours, scale, manner, licence
        As on a `ModelCard`. Without a title it is the id.
    intended_use, data
        As on a `ModelCard`.
    head
        What its outputs mean; by default what is usual for as many, see `usual_head`.
    """

    id: str
    classes: Sequence[str]
    window: tuple[float, float]
    further_windows: tuple[tuple[float, float], ...] = ()
    neighbours: Neighbours | None = None
    title: str = ""
    task: str = ""
    head: Head | None = None
    scale: Scale = AS_THEY_ARE
    manner: Manner = AS_A_WHOLE
    licence: str = "not said"
    intended_use: str = "Research on importance estimators. Not a medical device."
    data: tuple[DataSource, ...] = ()

    def card(self, found: Inspection) -> ModelCard:
        """Return the card of a network that was inspected."""
        head = self.head or usual_head(found.neurons, found.ending)
        if fault := why_not(head, found.neurons, found.ending):
            raise UnusableModel(f"The network {fault}")
        return ModelCard(
            id=self.id,
            title=self.title or self.id,
            task=self.task,
            classes=tuple(self.classes),
            architecture=found.architecture,
            arguments=found.arguments,
            neurons=found.neurons,
            multi_label=head == "sigmoid",
            channels=found.channels,
            size=found.size,
            window=self.window,
            further_windows=self.further_windows,
            neighbours=self.neighbours,
            scale=self.scale,
            manner=self.manner,
            licence=self.licence,
            intended_use=self.intended_use,
            data=self.data,
            added=datetime.now(UTC).date().isoformat(),
        )
