"""What a reader takes home of a comparison: scores as a table, maps as numbers.

The picture of the view is made by the board itself, which alone knows how it looks.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import TypeAlias

import streamlit as st

from ctviz.core import ImportanceMap, Sign, Slice
from ctviz.core.cells import as_csv
from ctviz.estimators import Estimator
from ctviz.export import WantedResults, gathered, packed
from ctviz.io import nifti_of
from ctviz.io.out import Results
from ctviz.metrics import Metric
from ctviz.ui.access import may
from ctviz.ui.access.trail import recorded
from ctviz.ui.compare.comparison import Comparison
from ctviz.ui.compare.notices import Explained
from ctviz.ui.compare.what_if.trying import Tried
from ctviz.ui.service import backend
from ctviz.ui.session import session, widget

COLUMNS = (
    *("case", "slice", "model", "class", "explained", "estimator", "control", "sign"),
    *("metric", "value", "better", "why", "against", "reader", "ctviz"),
)


@dataclass(frozen=True, eq=False)
class Subject:
    """What a comparison is of.

    Parameters
    ----------
    case_id, slice_index
        Where the image is from; slices count from 0.
    explained
        What the model answers, and which class the maps explain.
    sign
        How maps were read.
    against
        Whose region agreement was measured against; empty if there was none.
    tried
        What the reader tries on the slice, if they do.
    """

    case_id: str
    slice_index: int
    image: Slice
    explained: Explained
    sign: Sign
    against: str
    tried: Tried | None = None

    @property
    def name(self) -> str:
        """Begins the names of files; slices count from 1 in it, as on the screen."""
        return f"{self.case_id}-{self.slice_index + 1:03d}-{self.explained.card.id}"

    @property
    def caption(self) -> tuple[str, ...]:
        """What the maps are of, in sentences."""
        answer = self.explained.prediction
        said = ", ".join(f"{name} {share:.2f}" for name, share in answer.told)
        return (
            f"{self.explained.card.title} ({self.explained.card.id}): {said}. "
            f"{self.explained.words}",
            *([f"Agreement is with the region of {self.against}."] if self.against else []),
            f"ctviz {version('ctviz')}. For research, not for diagnosis.",
        )


Part: TypeAlias = tuple[Comparison, Subject]
"""What is compared of one model, and of what it is."""


def offer_exports(parts: Sequence[Part]) -> None:
    """Offer the scores and the maps that are there, of one model or of two."""
    name = parts[0][1].name
    st.download_button(
        "Scores, CSV",
        recorded(f"{name}.csv", lambda: scores_csv(parts).encode()),
        f"{name}.csv",
        "text/csv",
        key=widget("save-scores"),
        icon=":material/download:",
        on_click="ignore",
        help="A row for each score, with case, slice, model, class and reader.",
    )
    st.download_button(
        "Maps, NIfTI",
        recorded(f"{name}-maps.zip", lambda: maps_zip(parts)),
        f"{name}-maps.zip",
        "application/zip",
        key=widget("save-maps"),
        icon=":material/download:",
        on_click="ignore",
        disabled=not any(_maps(comparison) for comparison, _ in parts),
        help="Every map that is there, signed, as float32 on the scan's pixels and where the slice "
        "lies in the patient: for 3D Slicer, ITK-SNAP, nibabel.",
    )


def offer_objects(comparison: Comparison, subject: Subject, label: str = "Results, DICOM") -> None:
    """Offer everything as DICOM, which is made when it is asked for."""
    reader, whole = session().reader, may("import")
    shown = [one.estimator for one in comparison.compared if one.seconds is not None]

    def make() -> bytes:
        return objects_zip(shown, comparison.metrics, subject, reader, identified=whole)

    st.download_button(
        label,
        recorded(f"{subject.name}-dicom.zip", make),
        f"{subject.name}-dicom.zip",
        "application/zip",
        key=widget("save-objects"),
        icon=":material/download:",
        on_click="ignore",
        disabled=subject.tried is not None,
        help="Regions as segmentations and structure sets, maps as parametric maps, the answer and "
        "the scores as a report, and pictures: for a PACS, 3D Slicer, OHIF. Anonymous, with the "
        "slices, unless the case was added so that results may go back to the patient. What you "
        "try on a slice cannot be taken along like this: it is no scan.",
    )


def objects_zip(
    estimators: Sequence[Estimator],
    metrics: Sequence[Metric],
    subject: Subject,
    reader: str,
    *,
    identified: bool,
) -> bytes:
    """Return a zip of the regions, maps and scores as DICOM and NIfTI.

    Parameters
    ----------
    reader
        Who takes it along, and sees no others' regions where readers are blinded.
    identified
        Whether the patient's own names may be in it, if they were kept.
    """
    results, trouble = results_of(estimators, metrics, subject, reader)
    origin = backend().links.of(subject.case_id) if identified else None
    return packed(results, origin, [*subject.caption, *trouble])


def results_of(
    estimators: Sequence[Estimator], metrics: Sequence[Metric], subject: Subject, reader: str
) -> tuple[Results, list[str]]:
    """Return regions, maps and scores as they leave, and what could not be had in sentences."""
    service, explained = backend(), subject.explained
    wanted = WantedResults(
        service.case(subject.case_id),
        [reader] if service.store.blinded else None,
        explained.question(subject.image),
        subject.slice_index,
        estimators,
        metrics,
        (subject.sign,),
    )
    return gathered(service, wanted, lambda job: job.result())


def scores_csv(parts: Sequence[Part]) -> str:
    """Return every score of each model as a row; what is undefined has a reason for a value."""
    return as_csv(COLUMNS, (row for part in parts for row in _rows(*part)))


def maps_zip(parts: Sequence[Part]) -> bytes:
    """Return a zip of maps as NIfTI and a text that says what they are."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        words = []
        for comparison, subject in parts:
            for each in _maps(comparison):
                name = f"{subject.name}-{each.estimator}.nii.gz"
                archive.writestr(name, nifti_of(each.values, subject.image))
            words += [
                f"Case {subject.case_id}, slice {subject.slice_index + 1}.",
                *subject.caption,
                "Signed importance: positive speaks for the explained class.",
            ]
        archive.writestr("README.txt", "\n".join(words) + "\n")
    return content.getvalue()


def _maps(comparison: Comparison) -> list[ImportanceMap]:
    """Return the maps that are there."""
    return [one.job.result(0) for one in comparison.compared if one.job and one.seconds is not None]


def _rows(comparison: Comparison, subject: Subject) -> Iterator[dict[str, object]]:
    explained = subject.explained
    for one in comparison.compared:
        for metric in comparison.metrics:
            score = one.score(metric.name)
            yield {
                "case": subject.case_id,
                "slice": subject.slice_index + 1,
                "model": explained.card.id,
                "class": explained.prediction.label,
                "explained": explained.name,
                "estimator": one.estimator.name,
                "control": "yes" if one.estimator.control else "no",
                "sign": subject.sign,
                "metric": metric.name,
                "value": score.value,
                "better": metric.better,
                "why": score.why,
                "against": subject.against,
                "reader": session().reader,
                "ctviz": version("ctviz"),
            }
