"""Bring outlines from elsewhere to a case, as regions of whoever made them.

try:
  ctviz regions add C-0123abcd liver.seg.dcm
  ctviz regions add C-0123abcd rtstruct.dcm --reader "Dr A" --only GTV
  ctviz regions add C-0123abcd 069.xml                 each radiologist of LIDC is a reader
  ctviz regions add C-0123abcd totalsegmentator/ --reader TotalSegmentator --only heart,aorta
  ctviz regions add C-0123abcd labels.nii.gz --names names.csv --resample
  ctviz regions add C-0123abcd heart.png --slice 40 --label heart

Files are DICOM SEG, RTSTRUCT, LIDC XML, NIfTI, NRRD, PNG, TIFF or .npy, or folders of them. A file
must belong to the case: by the images that it was drawn on, else by patient, frame of reference and
place. What lies on no slice is said, and another grid is refused without --resample. Masks in
NIfTI are named by their files or by a table with the columns number and label. Regions are scored
like drawn ones: ctviz score C-0123abcd --reader "Dr A".
"""

import argparse
import csv
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ctviz.cli.tables import Row, add_format, write_rows
from ctviz.cli.waiting import opened_backend, wait
from ctviz.core import InvalidInput, Region, UnknownName
from ctviz.core.foreign import foreign
from ctviz.core.text import count_of

if TYPE_CHECKING:
    from ctviz.backend import Backend, BroughtOutlines, WantedOutlines
    from ctviz.io import OutlineSettings

LARGEST_TABLE = 10**6


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's arguments."""
    parser.add_argument("what", choices=["add"], help="what to do")
    parser.add_argument("case", metavar="CASE", help="the id of a case (see `ctviz cases`)")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="files or folders")
    parser.add_argument("--names", type=Path, help="CSV table: number, label")
    parser.add_argument("--slice", type=int, help="slice index from 0 of a picture")
    add_choices(parser)
    add_format(parser)


def add_choices(parser: argparse._ActionsContainer) -> None:
    """Define what can be chosen of outlines wherever they come from."""
    parser.add_argument(
        "--reader",
        metavar="A,B,…",
        help="who made them: one name, or one for each reader of LIDC (default: pseudonyms)",
    )
    parser.add_argument("--only", metavar="A,B,…", help="keep these labels only")
    parser.add_argument("--label", default="", help="what to call the only structure of each file")
    parser.add_argument(
        "--share",
        type=float,
        default=0.5,
        help="of a fractional SEG, from which share of a pixel on it is inside (default: 0.5)",
    )
    parser.add_argument(
        "--resample", action="store_true", help="take other grids by nearest neighbour"
    )
    parser.add_argument(
        "--replace", action="store_true", help="put them in front of what stands there already"
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what would be kept")


def run(arguments: argparse.Namespace) -> None:
    """Read the files, say what cannot be placed, and keep the rest."""
    from ctviz.backend import WantedOutlines

    with opened_backend() as backend:
        # An unknown case is said before any file is read.
        case_id = backend.store.case(arguments.case).id
        asked = replace(
            asked_of(arguments),
            slice_index=arguments.slice,
            names={} if arguments.names is None else read_names(arguments.names),
        )
        keep_outlines(backend, WantedOutlines(case_id, tuple(arguments.files), asked), arguments)


def asked_of(arguments: argparse.Namespace) -> "OutlineSettings":
    """Return what the arguments of `add_choices` say of how files are read."""
    from ctviz.backend.cases.outlines import label_asked
    from ctviz.io import OutlineSettings

    return OutlineSettings(
        share=arguments.share, resample=arguments.resample, label=label_asked(arguments.label)
    )


def keep_outlines(
    backend: "Backend", wanted: "WantedOutlines", arguments: argparse.Namespace
) -> None:
    """Read files, say what cannot be placed, and keep of the rest what the arguments choose."""
    brought = wait(backend.read_outlines(wanted), "Reading outlines")
    _say(brought)
    if not brought.files:
        raise InvalidInput("No file of outlines belongs to this case; see the reasons above.")
    regions = brought.regions(_readers(brought, arguments.reader), _labels(brought, arguments))
    if not arguments.replace:
        _refuse_to_replace(backend, regions)
    if not arguments.dry_run:
        _keep(backend, brought.case_id, regions)
    write_rows(_rows(regions), arguments.format)


def read_names(path: Path) -> dict[int, str]:
    """Return what numbers stand for, from a CSV table of the columns number and label."""
    from ctviz.backend.cases.outlines import label_asked

    wrong = InvalidInput(
        f"'{path}' is no CSV table with the columns number and label; save it as one in UTF-8."
    )
    with foreign(wrong):
        if path.stat().st_size > LARGEST_TABLE:
            raise wrong
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            names = {int(row["number"]): label_asked(row["label"]) for row in rows}
    if not names or not all(names.values()):
        raise wrong
    return names


def _say(brought: "BroughtOutlines") -> None:
    """Say how files were matched, what of them could not be placed, and which were refused."""
    for file in brought.files:
        sys.stderr.write(f"{file.name}: {file.kind}, matched {file.matched}.\n")
        for unplaced in file.unplaced:
            sys.stderr.write(f"  not placed: {unplaced}\n")
    for refused in brought.refused:
        sys.stderr.write(f"{refused.name}: {refused.why}\n")
    if brought.without:
        sys.stderr.write(f"Without outlines: {count_of(brought.without, 'file')}.\n")


def _readers(brought: "BroughtOutlines", names: str | None) -> dict[str, str]:
    """Return the name of each reader of the files."""
    if names is None:
        return {}
    given = [name.strip() for name in names.split(",")]
    if len(given) == 1 and all(len(file.readers) == 1 for file in brought.files):
        return dict.fromkeys(brought.readers, given[0])
    if len(given) != len(brought.readers):
        raise InvalidInput(
            f"The files have {count_of(len(brought.readers), 'reader')} "
            f"({', '.join(brought.readers)}); give a name for each of them, in this order."
        )
    return dict(zip(brought.readers, given, strict=True))


def _labels(brought: "BroughtOutlines", arguments: argparse.Namespace) -> set[str] | None:
    """Return which labels are kept; None is all of them, which must not be very many."""
    from ctviz.backend.cases.outlines import MANY_LABELS

    if arguments.only is None:
        if len(brought.labels) > MANY_LABELS:
            raise InvalidInput(
                f"The files hold {len(brought.labels)} labels; say which of them you want, e.g. "
                f'--only "{",".join(brought.labels[:3])}".'
            )
        return None
    only = {label.strip() for label in arguments.only.split(",")}
    for label in sorted(only - set(brought.labels)):
        raise UnknownName("label", label, brought.labels)
    return only


def _refuse_to_replace(backend: "Backend", regions: list[Region]) -> None:
    """Refuse what would be put in front of other drawings."""
    from ctviz.backend import others_drawings

    others = others_drawings(backend.store, regions)
    if others:
        raise InvalidInput(
            f"'{others[0].reader}' has drawn '{others[0].label}' differently on "
            f"{count_of(len(others), 'slice')} of these; choose another --reader, or add --replace "
            "(the older ones stay in the history)."
        )


def _keep(backend: "Backend", case_id: str, regions: list[Region]) -> None:
    from ctviz.store import AuditEntry, AuditEvent

    new = backend.store.append_regions(regions)
    backend.store.record(AuditEntry(AuditEvent.OUTLINED, "the command line", case_id))
    old = len(regions) - new
    known = f", {old} {'was' if old == 1 else 'were'} there already" if old else ""
    sys.stderr.write(f"Kept {count_of(new, 'region')}{known}.\n")


def _rows(regions: list[Region]) -> list[Row]:
    """Return a row for each reader and label."""
    areas: dict[tuple[str, str], list[Region]] = {}
    for region in regions:
        areas.setdefault((region.reader, region.label), []).append(region)
    return [
        {
            "reader": reader,
            "label": label,
            "slices": len(found),
            "first_slice": min(region.slice_index for region in found),
            "last_slice": max(region.slice_index for region in found),
            "pixels": sum(int(region.mask.sum()) for region in found),
        }
        for (reader, label), found in areas.items()
    ]
