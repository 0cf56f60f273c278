"""What one of our reports claims, read back from it, so that it can be computed again."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydicom import Dataset, dcmread

from ctviz.core import InvalidInput, Region, digest
from ctviz.core.params import Value
from ctviz.io.dicom.damage import DAMAGED
from ctviz.io.silence import quiet

NO_REPORT = (
    "It is not a report that ctviz wrote; name a file that `ctviz export CASE --as sr` has made."
)
PARAMETERS = "111002"
SETTING = "set "
MEASUREMENTS, GROUP = "126010", "125007"


@dataclass(frozen=True)
class ClaimedScore:
    """A score as a report has it.

    Parameters
    ----------
    estimator, estimator_settings, metric, metric_settings, sign
        What to compute.
    value
        What came of it then.
    reader, label, mask
        The region, if there was one, and what tells its mask.
    """

    estimator: str
    estimator_settings: Mapping[str, Value]
    metric: str
    metric_settings: Mapping[str, Value]
    sign: str
    value: float
    reader: str = ""
    label: str = ""
    mask: str = ""


@dataclass(frozen=True)
class Claims:
    """Everything that a report claims of one slice.

    Parameters
    ----------
    case_id
        Of an anonymous report; empty for one that carries the patient's own names.
    image
        SOP Instance UID of the slice.
    slice_index
        From 0.
    probabilities
        In the order of the classes.
    """

    case_id: str
    image: str
    slice_index: int
    model_id: str
    weights: str
    target: int
    probabilities: tuple[float, ...]
    scores: tuple[ClaimedScore, ...]
    rather_than: int | None = None


def settings(values: Mapping[str, Value]) -> dict[str, str]:
    """Return hyperparameters as a report has them."""
    return {SETTING + name: json.dumps(value) for name, value in values.items()}


def of_region(region: Region) -> dict[str, str]:
    """Return a region as a report has it."""
    return {"reader": region.reader, "label": region.label, "mask": digest(region.mask)}


def texts_of(item: Dataset) -> Iterator[str]:
    """Yield every text and number below a content item: what tells a report from another."""
    for child in item.get("ContentSequence", []):
        for keyword in ("TextValue", "UID"):
            if keyword in child:
                yield str(child[keyword].value)
        for value in child.get("MeasuredValueSequence", []):
            yield repr(value.get("FloatingPointValue"))
        yield from texts_of(child)


def read_claims(path: Path) -> Claims:
    """Return what a report claims.

    Raises
    ------
    InvalidInput
        If the file is none of our reports.
    """
    try:
        with quiet():
            return _claims(dcmread(path))
    except OSError as error:
        raise InvalidInput(f"The report cannot be read ({error.strerror}).") from None
    except (*DAMAGED, LookupError, TypeError, ValueError, AttributeError):
        raise InvalidInput(NO_REPORT) from None


def _claims(report: Dataset) -> Claims:
    groups = [
        group
        for container in report.ContentSequence
        if _name(container) == MEASUREMENTS
        for group in container.ContentSequence
        if _name(group) == GROUP
    ]
    said, *others = groups
    model = _parameters(said)
    (image,) = {
        reference.ReferencedSOPInstanceUID
        for item in said.ContentSequence
        if item.ValueType == "IMAGE"
        for reference in item.ReferencedSOPSequence
    }
    study = str(report.get("StudyID") or "")
    anonymous = report.get("PatientIdentityRemoved") == "YES"
    return Claims(
        case_id=study if anonymous else "",
        image=str(image),
        slice_index=int(model["slice"]) - 1,
        model_id=model["model"],
        weights=model["weights sha256"],
        target=int(model["target"]),
        probabilities=tuple(
            float(item.MeasuredValueSequence[0].FloatingPointValue)
            for item in said.ContentSequence
            if item.ValueType == "NUM"
        ),
        scores=tuple(score for group in others for score in _scores(group)),
        rather_than=int(model["rather than"]) if "rather than" in model else None,
    )


def _scores(group: Dataset) -> Iterator[ClaimedScore]:
    of_map = _parameters(group)
    for item in group.ContentSequence:
        if item.ValueType != "NUM":
            continue
        of_metric = _parameters(item)
        yield ClaimedScore(
            estimator=of_map["estimator"],
            estimator_settings=_settings(of_map),
            metric=of_metric["metric"],
            metric_settings=_settings(of_metric),
            sign=of_metric["sign"],
            value=float(item.MeasuredValueSequence[0].FloatingPointValue),
            reader=of_map.get("reader", ""),
            label=of_map.get("label", ""),
            mask=of_map.get("mask", ""),
        )


def _parameters(item: Dataset) -> dict[str, str]:
    """Return the algorithm parameters right below an item."""
    texts = [str(child.TextValue) for child in item.ContentSequence if _name(child) == PARAMETERS]
    return {name: value for name, _, value in (text.partition("=") for text in texts)}


def _settings(says: Mapping[str, str]) -> dict[str, Value]:
    return {
        name.removeprefix(SETTING): json.loads(value)
        for name, value in says.items()
        if name.startswith(SETTING)
    }


def _name(item: Dataset) -> str:
    return str(item.ConceptNameCodeSequence[0].get("CodeValue", ""))
