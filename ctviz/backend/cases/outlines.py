"""Outlines from elsewhere on their way to Regions: looked at first, then kept as a whole."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ctviz.core import InvalidInput, Region
from ctviz.io import OffLimits, OutlineFile, OutlineSettings, Refused
from ctviz.io.outlines.found import LONGEST_LABEL
from ctviz.io.outlines.reading import HOLDS_NONE
from ctviz.io.walk import files_of
from ctviz.store import Store

MANY_LABELS = 40
"""More structures than anybody wants to find in a list without having asked for them."""

LONGEST_READER = 40


@dataclass(frozen=True)
class WantedOutlines:
    """Which files somebody brings to a case, and what they say of them.

    Parameters
    ----------
    spooled
        Whether ctviz has written the files itself, as a browser sent them.
    among
        Other cases, of which the first counts that most of the files belong to.
    """

    case_id: str
    paths: tuple[Path, ...]
    asked: OutlineSettings = field(default_factory=OutlineSettings)
    spooled: bool = False
    among: tuple[str, ...] = ()

    @property
    def case_ids(self) -> tuple[str, ...]:
        """The cases to try, that which is named first."""
        return tuple(dict.fromkeys(filter(None, (self.case_id, *self.among))))


@dataclass(frozen=True)
class BroughtOutlines:
    """What files of outlines hold for one case; nothing of it is kept yet.

    Parameters
    ----------
    case_id
        Whose slices they lie on.
    files
        Those that belong to it.
    refused
        The others, each with its reason.
    without
        How many files of folders hold no outlines at all, as scans do that lie beside them.
    """

    case_id: str
    files: tuple[OutlineFile, ...]
    refused: tuple[Refused, ...] = ()
    without: int = 0

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label, in the files' order."""
        return tuple(dict.fromkeys(label for file in self.files for label in file.labels))

    @property
    def readers(self) -> tuple[str, ...]:
        """Every reader, in the files' order."""
        return tuple(dict.fromkeys(reader for file in self.files for reader in file.readers))

    def regions(
        self, readers: Mapping[str, str] | None = None, labels: Collection[str] | None = None
    ) -> list[Region]:
        """Return the Regions that would be kept.

        What two files mark as the same label of the same reader on the same slice is joined.

        Parameters
        ----------
        readers
            Other names for some of the readers.
        labels
            Which labels count; by default all.

        Raises
        ------
        InvalidInput
            If a reader's name cannot be shown.
        """
        names = {reader: _name((readers or {}).get(reader, reader)) for reader in self.readers}
        now = datetime.now(UTC)
        found: dict[tuple[int, str, str], Region] = {}
        for outline in (outline for file in self.files for outline in file.outlines):
            if labels is not None and outline.label not in labels:
                continue
            place = (outline.slice_index, names[outline.reader], outline.label)
            before = found.get(place)
            mask = outline.mask if before is None else outline.mask | before.mask
            found[place] = Region(self.case_id, *place, mask, now)
        return list(found.values())


def others_drawings(store: Store, regions: Iterable[Region]) -> list[Region]:
    """Return what stands already, and is not the same, where Regions would be put in front."""
    coming = {(r.slice_index, r.reader, r.label): r for r in regions}
    case_ids = {region.case_id for region in coming.values()}
    return [
        region
        for case_id in case_ids
        for region in store.regions(case_id)
        if (new := coming.get((region.slice_index, region.reader, region.label)))
        and (new.mask != region.mask).any()
    ]


def files_among(paths: Sequence[Path], off_limits: OffLimits) -> Iterator[tuple[Path, bool]]:
    """Yield every file of paths, and whether it was named itself and not only its folder."""
    for path in paths:
        found = files_of(path, off_limits)
        yield from ((file, found.single) for file in found.files)


def worth_saying(refused: Refused, *, named: bool) -> bool:
    """Whether somebody wants to hear that a file was refused: scans lie beside their outlines."""
    return named or not refused.why.startswith(HOLDS_NONE)


def _name(reader: str) -> str:
    name = " ".join(reader.split())
    if not (0 < len(name) <= LONGEST_READER and name.isprintable()):
        raise InvalidInput(
            f"A reader's name has 1 to {LONGEST_READER} letters that can be shown; choose another."
        )
    return name


def label_asked(label: str) -> str:
    """Return a label that somebody has chosen, if it can be shown.

    Raises
    ------
    InvalidInput
        If it cannot.
    """
    name = " ".join(label.split())
    if len(name) > LONGEST_LABEL or not name.isprintable():
        raise InvalidInput(f"A label has at most {LONGEST_LABEL} letters that can be shown.")
    return name
