"""What a worker is asked for: addresses, from which it finds or fetches what it computes with."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np

from ctviz.backend import Backend
from ctviz.cohort.cluster.contents import Contents
from ctviz.cohort.run.units import Unit
from ctviz.cohort.truth.unit import PhantomUnit
from ctviz.core import InvalidInput, Mask, Prior, Slice
from ctviz.core.case import Neighbourhood
from ctviz.core.files import sealed, unsealed
from ctviz.core.structure import Misfit, StrictConverter, structured
from ctviz.models import ModelCard

_PLAIN = StrictConverter()
NEIGHBOUR = "neighbour"


class ContentMissing(InvalidInput):
    """A file that an order names was here and is gone, or was damaged."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__("A file of the study did not reach the worker; start the study again.")


@dataclass(frozen=True)
class SentUnit(Unit):
    """A slice of a study on a machine that does not know its case.

    Parameters
    ----------
    pixels
        The sha256 of the file that holds the slice.
    drawn, others
        Those of the reader's mask and of the other patients' mean mask; empty where there is none.
    """

    pixels: str = ""
    drawn: str = ""
    others: str = ""

    def image(self, backend: Backend) -> Slice:
        """Return the slice itself."""
        return slice_of(_read(backend, self.pixels))

    def mask(self, backend: Backend) -> Mask | None:
        """Return what the reader drew on the slice, (H, W); None where nothing was drawn."""
        return _read(backend, self.drawn)["mask"] if self.drawn else None

    def prior(self, backend: Backend) -> Prior | None:
        """Return where other patients have the region; None where nobody drew."""
        if not self.others:
            return None
        held = _read(backend, self.others)
        return Prior(held["mean"], int(held["patients"]))

    @property
    def contents(self) -> tuple[str, ...]:
        """The files that it needs."""
        return tuple(filter(None, (self.pixels, self.drawn, self.others)))


@dataclass(frozen=True)
class Order:
    """One slice to be computed, in plain words.

    Parameters
    ----------
    plan
        The study's plan as TOML.
    address
        Where the slice's result belongs: whoever computes must come to the same.
    models
        The sha256 of each file of the model, by its path in the folder of models.
    device
        What computes, as in the settings.
    scan, phantom
        The slice: one of both.
    """

    plan: str
    address: str
    models: Mapping[str, str]
    device: str
    scan: SentUnit | None = None
    phantom: PhantomUnit | None = None

    @property
    def unit(self) -> Unit:
        """The slice."""
        unit = self.scan or self.phantom
        if unit is None:
            raise InvalidInput("The order names no slice; update ctviz on both sides.")
        return unit

    @property
    def own(self) -> tuple[str, ...]:
        """The large files that hardly any other slice needs; a drawing may be that of several."""
        return (self.scan.pixels,) if self.scan else ()

    def contents(self) -> Iterator[str]:
        """Yield the name of every file that is needed."""
        yield from self.models.values()
        yield from self.scan.contents if self.scan else ()

    def to_text(self) -> str:
        """Return the order as it travels."""
        return json.dumps(_PLAIN.unstructure(self))

    @classmethod
    def of_text(cls, text: str) -> Self:
        """Return the order that was sent, refusing what is none."""
        try:
            return structured(_PLAIN, cls, json.loads(text))
        except (Misfit, ValueError):
            raise InvalidInput("The order cannot be read; update ctviz on both sides.") from None


@dataclass(frozen=True, eq=False)
class Reply:
    """What a worker answers: what it lacks, why there is no result, or the result's files.

    Parameters
    ----------
    said
        A few words by their names.
    files
        The content of each file, by its path in the study's folder.
    """

    said: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """Return the reply as it travels, behind its sha256."""
        files = {name: np.frombuffer(content, np.uint8) for name, content in self.files.items()}
        return sealed({"": np.asarray(json.dumps(dict(self.said))), **files})

    @classmethod
    def of_bytes(cls, content: object) -> Self | None:
        """Return the reply that came; None if it was damaged. Nothing in it is ever run."""
        arrays = unsealed(content) if isinstance(content, bytes) else None
        if arrays is None or "" not in arrays:
            return None
        said = json.loads(str(arrays.pop("")))
        return cls(said, {name: array.tobytes() for name, array in arrays.items()})


def slice_file(image: Slice, card: ModelCard) -> bytes:
    """Return a slice as a file, with the neighbours that a model sees; nobody's name is in it."""
    arrays = _arrays(image)
    if card.neighbours is not None:
        for place, each in enumerate(card.neighbours.stack(image, card.channels)):
            arrays |= {f"{NEIGHBOUR} {place} {name}": held for name, held in _arrays(each).items()}
    return sealed(arrays)


def slice_of(held: Mapping[str, Any]) -> Slice:
    """Return the slice that a file holds."""
    image = Slice(
        held["hounsfield"],
        spacing_mm=_numbers(held, "spacing"),
        orientation=_numbers(held, "orientation"),
        position_mm=_numbers(held, "position"),
        calibrated=bool(held["calibrated"]),
    )
    count = sum(name.startswith(NEIGHBOUR) and name.endswith("hounsfield") for name in held)
    if not count:
        return image
    prefixes = [f"{NEIGHBOUR} {place} " for place in range(count)]
    stack = [
        slice_of({n.removeprefix(p): part for n, part in held.items() if n.startswith(p)})
        for p in prefixes
    ]
    return replace(image, around=Neighbourhood(stack, count // 2, chosen=True))


def _arrays(image: Slice) -> dict[str, Any]:
    said = {
        "spacing": image.spacing_mm,
        "orientation": image.orientation,
        "position": image.position_mm,
    }
    known = {name: np.asarray(numbers) for name, numbers in said.items() if numbers is not None}
    calibrated = np.asarray(image.calibrated)
    return {"hounsfield": image.hounsfield, "calibrated": calibrated, **known}


def mask_file(mask: Mask) -> bytes:
    """Return what was drawn as a file."""
    return sealed({"mask": mask}, compressed=True)


def prior_file(prior: Prior) -> bytes:
    """Return a mean mask as a file."""
    return sealed({"mean": prior.mean, "patients": np.asarray(prior.patients)}, compressed=True)


def _read(backend: Backend, name: str) -> dict[str, Any]:
    content = Contents.of(backend.settings).read(name)
    arrays = None if content is None else unsealed(content)
    if arrays is None:
        raise ContentMissing(name)
    return arrays


def _numbers(held: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - of the length it had
    return tuple(map(float, held[name])) if name in held else None
