"""How a map was made, in the object itself, so that it can be made again without a report."""

import json
from collections.abc import Mapping
from typing import Any

from pydicom import Dataset

from ctviz.io.out.results import Explanation, ResultAnswer

LONGEST_TEXT = 1024
"""Letters of DICOM's short text."""


def contribution(answer: ResultAnswer, each: Explanation) -> Dataset | None:
    """Return what ctviz has contributed to a map; None if it takes more room than there is."""
    says = {
        "slice": answer.slice_index + 1,
        "model": answer.prediction.model_id,
        "weights": answer.weights,
        "target": answer.target,
        **({} if answer.rather_than is None else {"rather than": answer.rather_than}),
        **({"sees": answer.sees} if answer.sees else {}),
        "estimator": each.importance.estimator,
        "settings": dict(each.settings),
    }
    text = json.dumps(says)
    if len(text) > LONGEST_TEXT:
        return None
    # Not above: the dictionary is large, and who reads a scan has little memory.
    from pydicom.sr.codedict import codes as dictionary

    item = Dataset()
    code = dictionary.DCM.ProcessingEquipment
    item.PurposeOfReferenceCodeSequence = [_coded(code.value, code.meaning)]
    item.Manufacturer = "ctviz"
    item.ContributionDescription = text
    return item


def contributed(made: Dataset) -> Mapping[str, Any]:
    """Return what a map says of how it was made; raises what damaged objects raise."""
    for item in made.ContributingEquipmentSequence:
        if item.get("Manufacturer") == "ctviz":
            says = json.loads(item.ContributionDescription)
            if isinstance(says, dict):
                return says
    raise LookupError


def _coded(value: str, meaning: str) -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, "DCM", meaning
    return code
