"""Write a case's results as DICOM objects and NIfTI: regions, maps, scores, pictures.

try:
  ctviz export C-0123abcd --out results
  ctviz export C-0123abcd --as seg,rtstruct --reader phantom --out results
  ctviz export C-0123abcd --as pm,sr,sc --estimators gradient,smoothgrad --out results
  ctviz export C-0123abcd --as seg,sr --out results --send research

seg, rtstruct and nifti hold what readers drew, pm and nifti the maps of one slice, sr the model's
answer and the scores (it brings seg and pm, to which it refers), sc pictures of the maps. If the
case was imported with --results-may-go-back, the objects belong to the patient's own study; else
they are anonymous, and the slices are written with them. With --send, the DICOM objects also go to
a server of the configuration that takes results (see `ctviz pacs`).
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ctviz.cli.asking import question_of
from ctviz.cli.choosing import (
    add_estimators,
    add_scan,
    built,
    built_metrics,
    chosen_case,
    chosen_model,
    chosen_names,
    chosen_slice,
    settings_by_owner,
)
from ctviz.cli.score import DEFAULT_METRICS
from ctviz.cli.tables import add_format, write_rows
from ctviz.cli.waiting import opened_backend, wait
from ctviz.core import InvalidInput
from ctviz.store import AuditEntry, AuditEvent

if TYPE_CHECKING:
    from ctviz.backend import Backend
    from ctviz.export import WantedResults
    from ctviz.io.out import WrittenObject

DRAWN = frozenset({"seg", "labelmap", "rtstruct"})
"""Forms for which no model has to be asked."""

GO_BACK = "To send results back to the patient, import the scan with --results-may-go-back."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's arguments."""
    add_scan(parser)
    parser.add_argument(
        "--as",
        dest="forms",
        metavar="A,B,…",
        help="forms separated by commas (default: seg,rtstruct,nifti,pm,sr,sc; also labelmap)",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("results"), help="folder to write to (default: results)"
    )
    parser.add_argument(
        "--send", metavar="SERVER", help="send the DICOM objects to this server as well"
    )
    parser.add_argument("--reader", help="only what this reader drew (default: everybody)")
    parser.add_argument(
        "--metrics",
        metavar="A,B,…",
        help=f"scores of the report (default: {','.join(DEFAULT_METRICS)})",
    )
    add_estimators(parser)
    add_format(parser)


def run(arguments: argparse.Namespace) -> None:
    """Gather the results, write the files and list them."""
    from ctviz.export import ALL_FORMS, gathered, said_of
    from ctviz.io.out import RESULT_FORMS, Parcel, pack

    names = chosen_names(RESULT_FORMS, arguments.forms, ALL_FORMS)
    for name in names:
        RESULT_FORMS[name]
    with opened_backend() as backend:
        if arguments.send is not None:
            # A server that takes nothing is said before anything is computed.
            backend.pacs.receiver(arguments.send)
        wanted = _wanted(backend, names, arguments)
        results, trouble = gathered(backend, wanted, lambda job: wait(job, "Computing"))
        for sentence in trouble:
            sys.stderr.write(f"{sentence}\n")
        parcel = Parcel(results, backend.links.of(results.case.id))
        files = pack(parcel, names)
        if not files:
            raise InvalidInput("There is nothing of this kind to write: nobody has drawn a region.")
        rows = []
        try:
            arguments.out.mkdir(parents=True, exist_ok=True)
            for file in files:
                (arguments.out / file.name).write_bytes(file.bytes)
                rows.append({"file": str(arguments.out / file.name), "of": file.about})
        except OSError as error:
            raise InvalidInput(
                f"The results cannot be written ({error.strerror}); choose another folder with "
                "--out."
            ) from None
        said = AuditEntry(AuditEvent.EXPORTED, "the command line", results.case.id)
        backend.store.record(said)
        write_rows(rows, arguments.format)
        if arguments.send is not None:
            _send(backend, arguments.send, files)
        sys.stderr.write(f"{said_of(parcel)}{f' {GO_BACK}' if parcel.origin.anonymous else ''}\n")


def _send(backend: "Backend", server: str, files: "Sequence[WrittenObject]") -> None:
    """Send what is DICOM, and say what has been kept."""
    objects = [file.bytes for file in files if not isinstance(file.content, bytes)]
    kept = wait(backend.pacs.send(server, lambda: objects), "Sending")
    sys.stderr.write(f"'{server}' has kept {kept} of {len(objects)} objects.\n")


def _wanted(backend: "Backend", names: list[str], arguments: argparse.Namespace) -> "WantedResults":
    """Return what the arguments ask for; no model is asked where only drawings are wanted."""
    from ctviz.backend import DEFAULT_ESTIMATORS
    from ctviz.estimators import ESTIMATORS
    from ctviz.export import WantedResults
    from ctviz.metrics import METRICS

    case = chosen_case(backend, arguments.scan)
    readers = None if arguments.reader is None else [arguments.reader]
    if set(names) <= DRAWN:
        return WantedResults(case, readers)
    chosen = chosen_names(ESTIMATORS, arguments.estimators, DEFAULT_ESTIMATORS)
    metrics = chosen_names(METRICS, arguments.metrics, DEFAULT_METRICS)
    settings = settings_by_owner(arguments.set, [*chosen, *metrics])
    card = chosen_model(backend, arguments.model)
    slice_index = chosen_slice(case, arguments.slice)
    image = case.slice(slice_index)
    return WantedResults(
        case,
        readers,
        question_of(backend, arguments, card, image),
        slice_index,
        built(ESTIMATORS, chosen, settings),
        list(built_metrics(metrics, settings).values()) if "sr" in names else (),
        pictures="sc" in names,
    )
