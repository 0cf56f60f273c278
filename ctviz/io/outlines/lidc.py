"""LIDC-IDRI's XML: what up to four radiologists marked, each of them a reader."""

import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

import numpy as np

from ctviz.core import Mask, UnreadableScan
from ctviz.io.boundary import foreign_reader
from ctviz.io.outlines.form import OUTLINE_FORMS, OutlineForm, Piece
from ctviz.io.outlines.found import Outline, OutlineSettings, Unplaced
from ctviz.io.outlines.onto import Onto, ScanClaim, known
from ctviz.io.outlines.polygons import inside, on_the_edge

LARGEST = 2**26
MESSAGE, HEAD_BYTES = b"<LidcReadMessage", 2**12
DAMAGED = "It is no LIDC file of readings, or a damaged one; download it again."
DECLARED = "It declares entities, as no LIDC file does; it was not read further."

SMALL = "is a point: a nodule below 3 mm has no outline"
NO_NODULE = "is a point: it marks what is no nodule"
NO_SLICE = "was drawn on an image that is not in this case"


@OUTLINE_FORMS.register("lidc")
class LidcForm(OutlineForm):
    """A LidcReadMessage."""

    title = "LIDC XML"

    def recognises(self, path: Path) -> bool:
        """Whether the file begins as LIDC's do."""
        with path.open("rb") as file:
            return MESSAGE in file.read(HEAD_BYTES)

    def read(self, path: Path, onto: Onto, asked: OutlineSettings) -> tuple[str, Iterator[Piece]]:
        """Return by what it belongs to the case, and each reader's nodules."""
        root = _tree(path)
        with foreign_reader(DAMAGED):
            rois = [
                roi for nodule in _all(root, "unblindedReadNodule") for roi in _all(nodule, "roi")
            ]
            claim = ScanClaim(
                sources=known([onto.code(_text(roi, "imageSOP_UID")) for roi in rois])
            )
            matched = onto.belongs(claim)
        return matched, _pieces(root, onto, asked)


def _tree(path: Path) -> ET.Element:
    """Return the file's tree, refusing whatever could grow while it is read."""
    if path.stat().st_size > LARGEST:
        raise UnreadableScan("It is larger than any LIDC file; leave it out.")
    content = path.read_bytes()
    guard = expat.ParserCreate()
    guard.StartDoctypeDeclHandler = _refuse
    with foreign_reader(DAMAGED):
        guard.Parse(content, True)
        # Nothing is declared, so that nothing can expand.
        root = ET.fromstring(content)  # noqa: S314
        for element in root.iter():
            element.tag = element.tag.rpartition("}")[2]
        return root


def _refuse(*_: object) -> None:
    raise UnreadableScan(DECLARED)


def _all(element: ET.Element, tag: str) -> list[ET.Element]:
    return element.findall(tag) if tag == "roi" else list(element.iter(tag))


def _text(element: ET.Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip()


def _pieces(root: ET.Element, onto: Onto, asked: OutlineSettings) -> Iterator[Piece]:
    with foreign_reader(DAMAGED):
        for place, session in enumerate(_all(root, "readingSession"), start=1):
            yield from _session(session, f"LIDC reader {place}", onto, asked)


def _session(
    session: ET.Element, reader: str, onto: Onto, asked: OutlineSettings
) -> Iterator[Piece]:
    """Yield the nodules of one radiologist."""
    points: Counter[str] = Counter()
    nodules = []
    for nodule in _all(session, "unblindedReadNodule"):
        rois = [(roi, _ring(roi)) for roi in _all(nodule, "roi")]
        if all(len(ring) <= 1 for _, ring in rois):
            points[SMALL] += 1
        else:
            nodules.append(rois)
    points[NO_NODULE] = len(_all(session, "nonNodule"))
    name = asked.label or "nodule"
    for number, rois in enumerate(nodules, start=1):
        label = f"{name} {number}" if len(nodules) > 1 else name
        yield from _nodule(rois, label, reader, onto)
    for why, count in sorted(points.items()):
        yield from [Unplaced(f"A mark of {reader}", why)] * count


def _nodule(
    rois: list[tuple[ET.Element, np.ndarray]], label: str, reader: str, onto: Onto
) -> Iterator[Piece]:
    """Yield a nodule's area on each slice: what is included without what is excluded."""
    included: dict[int, Mask] = defaultdict(lambda: np.zeros(onto.shape, np.bool_))
    excluded: dict[int, Mask] = defaultdict(lambda: np.zeros(onto.shape, np.bool_))
    for roi, ring in rois:
        what, index = f"An outline of '{label}' by {reader}", _slice_of(roi, onto)
        if index is None:
            yield Unplaced(what, NO_SLICE)
            continue
        # The outline lies on the first pixels outside of what it surrounds.
        area = inside([ring.astype(float)], onto.shape) & ~on_the_edge(ring, onto.shape)
        if not area.any():
            yield Unplaced(what, "surrounds no pixel")
        (excluded if _text(roi, "inclusion").upper() == "FALSE" else included)[index] |= area
    for index, mask in included.items():
        area = mask & ~excluded[index]
        if area.any():
            yield Outline.of(label, reader, index, area)


def _ring(roi: ET.Element) -> np.ndarray:
    """Return the outline as (column, row) of pixels, (N, 2)."""
    corners = [
        (int(_text(corner, "xCoord")), int(_text(corner, "yCoord")))
        for corner in roi.findall("edgeMap")
    ]
    ring = np.array(corners, np.int64).reshape(-1, 2)
    if (np.abs(ring) > 2**16).any():
        raise UnreadableScan(DAMAGED)
    return ring


def _slice_of(roi: ET.Element, onto: Onto) -> int | None:
    """Return the slice that a roi was drawn on, by its image or else by its z-position."""
    index = onto.drawn_on(onto.code(_text(roi, "imageSOP_UID")))
    if index is not None or onto.case.sources:
        return index
    z = float(_text(roi, "imageZposition"))
    return onto.at_depth(z) if np.allclose(onto.normal, (0, 0, 1), atol=1e-3) else None
