"""NRRD label images, 3D Slicer's ``.seg.nrrd`` among them; http://teem.sourceforge.net/nrrd."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ctviz.core import UnreadableScan
from ctviz.io.boundary import foreign_reader
from ctviz.io.kinds import GZIP_BITS
from ctviz.io.limits import check_size
from ctviz.io.masks.nifti_form import axes_of
from ctviz.io.nifti import LPS, SKEWED, turned_to
from ctviz.io.outlines.form import OUTLINE_FORMS, OutlineForm, Piece
from ctviz.io.outlines.found import OutlineSettings
from ctviz.io.outlines.label_image import sheets_of
from ctviz.io.outlines.naming import label_of
from ctviz.io.outlines.onto import Onto, ScanClaim
from ctviz.io.outlines.sheets import Sheet

MAGIC = b"NRRD000"
HEADER_BYTES = 2**20
MOST_LAYERS = 64
DAMAGED = "It is a damaged NRRD file; export it again."

TYPES = {
    "i1": ("signed char", "int8", "int8_t"),
    "u1": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "i2": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "u2": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "i4": ("int", "signed int", "int32", "int32_t"),
    "u4": ("uint", "unsigned int", "uint32", "uint32_t"),
    "f4": ("float",),
    "f8": ("double",),
}
"""NRRD's names of numbers."""

TO_RAS = {
    "left-posterior-superior": LPS,
    "lps": LPS,
    "right-anterior-superior": np.eye(3),
    "ras": np.eye(3),
    "left-anterior-superior": np.diag([-1.0, 1.0, 1.0]),
    "las": np.diag([-1.0, 1.0, 1.0]),
}
"""From the space of a file to NIfTI's patient axes."""


@OUTLINE_FORMS.register("nrrd-labels")
class NrrdLabelsForm(OutlineForm):
    """A NRRD volume of labels, in one layer or in several that overlap."""

    title = "NRRD"

    def recognises(self, path: Path) -> bool:
        """Whether the file begins as NRRD does."""
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC

    def read(self, path: Path, onto: Onto, asked: OutlineSettings) -> tuple[str, Iterator[Piece]]:
        """Return that its place tells the slices, and each label on each of its own."""
        matched = onto.belongs(ScanClaim())
        with foreign_reader(DAMAGED):
            volume = _NrrdVolume.of(path)
        return matched, volume.sheets(path, onto, asked)


@dataclass(frozen=True, eq=False)
class _NrrdVolume:
    """A file's numbers (layers, columns, rows, slices), their way to the patient, and its names."""

    layers: NDArray[np.generic]
    affine: NDArray[np.float64]
    names: dict[tuple[int, int], str]

    @classmethod
    def of(cls, path: Path) -> "_NrrdVolume":
        fields, named, start = _header(path)
        sizes = [int(size) for size in fields["sizes"].split()]
        directions = _vectors(fields.get("space directions", ""))
        layered = len(sizes) == 4 and len(directions) == 4 and directions[0] is None
        if layered:
            sizes, layers = sizes[1:], sizes[0]
            directions = directions[1:]
        else:
            layers = 1
        if len(sizes) != 3 or not 0 < layers <= MOST_LAYERS:
            raise UnreadableScan("It is no volume of three axes; export one volume of labels.")
        check_size(sizes[2], sizes[1], sizes[0])
        origin = _vectors(fields.get("space origin", ""))
        space = TO_RAS.get(fields.get("space", "").lower())
        if (
            space is None
            or None in directions
            or len(directions) != 3
            or origin[:1] in ([], [None])
        ):
            raise UnreadableScan(
                "It does not say where in the patient it lies; export it with its space, "
                "directions and origin."
            )
        affine = np.eye(4)
        affine[:3, :3] = space @ np.array(directions).T
        affine[:3, 3] = space @ np.array(origin[0])
        if not np.isfinite(affine).all() or abs(np.linalg.det(affine[:3, :3])) < 1e-9:
            raise UnreadableScan(DAMAGED)
        values = _numbers(path, fields, start, (layers, *sizes))
        return cls(values, affine, _segments(named))

    def sheets(self, path: Path, onto: Onto, asked: OutlineSettings) -> Iterator[Sheet]:
        axes = axes_of(onto.case.slices[0])
        for layer, values in enumerate(self.layers):
            with foreign_reader(DAMAGED):
                turned = turned_to(axes, values, self.affine)
            if turned is None:
                raise UnreadableScan(SKEWED)
            names = {value: name for (where, value), name in self.names.items() if where == layer}
            yield from sheets_of(turned, path, asked, names)


def _header(path: Path) -> tuple[dict[str, str], dict[str, str], int]:
    """Return a file's fields, what it says besides, and where its numbers begin."""
    with path.open("rb") as file:
        head = file.read(HEADER_BYTES)
    end = re.search(rb"\r?\n\r?\n", head)
    if end is None:
        raise UnreadableScan(
            "It is a NRRD header without its numbers, or a damaged one; export one file (.nrrd)."
        )
    fields, named = {}, {}
    for line in head[: end.start()].decode("utf-8", "replace").splitlines()[1:]:
        key, equals, said = line.partition(":=")
        if equals:
            named[key.strip()] = said.strip()
            continue
        key, colon, said = line.partition(":")
        if colon and not line.startswith("#"):
            fields[key.strip().lower()] = said.strip()
    if {"data file", "datafile"} & fields.keys():
        raise UnreadableScan(
            "It is the header of a NRRD pair (.nhdr), which says nothing without the other file; "
            "export one file (.nrrd)."
        )
    return fields, named, end.end()


def _vectors(said: str) -> list[list[float] | None]:
    """Return vectors as NRRD writes them: ``(1,0,0) (0,1,0) none``."""
    found: list[list[float] | None] = []
    for inner, _none in re.findall(r"\(([^)]*)\)|(none)", said):
        found.append([float(number) for number in inner.split(",")] if inner else None)
    return found


def _numbers(
    path: Path, fields: dict[str, str], start: int, shape: tuple[int, ...]
) -> NDArray[np.generic]:
    """Return the numbers (layers, columns, rows, slices)."""
    said = fields["type"].lower()
    kind = next((code for code, names in TYPES.items() if said in names), None)
    encoding = fields["encoding"].lower()
    skips = {fields.get(skip, "0") for skip in ("byte skip", "byteskip", "line skip", "lineskip")}
    if kind is None or encoding not in {"raw", "gzip", "gz"} or skips != {"0"}:
        raise UnreadableScan("It is encoded as ctviz does not read; export it raw or gzip.")
    order = ">" if fields.get("endian", "little").lower() == "big" else "<"
    dtype = np.dtype(f"{order}{kind}")
    length = int(np.prod(shape, dtype=object)) * dtype.itemsize
    content = _content(path, start, length, packed=encoding != "raw")
    if len(content) < length:
        raise UnreadableScan("A part of it is missing; copy or export it again.")
    return np.frombuffer(content, dtype, length // dtype.itemsize).reshape(shape, order="F")


def _content(path: Path, start: int, length: int, *, packed: bool) -> bytes:
    """Return so many bytes of a file's numbers, unpacking no more of them."""
    with path.open("rb") as file:
        file.seek(start)
        if not packed:
            return file.read(length)
        inflate, content = zlib.decompressobj(wbits=GZIP_BITS), bytearray()
        while len(content) < length and (more := inflate.unconsumed_tail or file.read(2**20)):
            content += inflate.decompress(more, length - len(content))
        return bytes(content)


def _segments(named: dict[str, str]) -> dict[tuple[int, int], str]:
    """Return the names that 3D Slicer gives to segments, by layer and number."""
    found = {}
    for number in range(len(named)):
        if name := named.get(f"Segment{number}_Name"):
            layer, value = (
                int(named.get(f"Segment{number}_{what}", default))
                for what, default in (("Layer", 0), ("LabelValue", number + 1))
            )
            found[layer, value] = label_of(name, number + 1)
    return found
