"""Importance maps as DICOM Parametric Maps: the very numbers, signed, as float32."""

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
from highdicom import VOILUTTransformation
from highdicom.pm import ParametricMap, RealWorldValueMapping
from highdicom.sr import CodedConcept
from pydicom import Dataset
from pydicom.sr.codedict import codes as dictionary

from ctviz.core import digest
from ctviz.io.out import codes
from ctviz.io.out.form import RESULT_FORMS, ResultForm, WrittenObject
from ctviz.io.out.made_by import contribution
from ctviz.io.out.making import file_name, finish, maker, numbers_of
from ctviz.io.out.parcel import Parcel
from ctviz.io.out.results import Explanation, ResultAnswer
from ctviz.io.out.source import headers, pixel_measures

FIRST_SERIES = 9101
PERCENTILE = 99.5
"""Of the magnitudes: where the window ends in which a viewer opens the map, as on our screen."""

ENTIRE_BODY = CodedConcept("38266002", "SCT", "Entire body")
IMPORTANCE = CodedConcept("130401", "DCM", "Visual explanation")


@RESULT_FORMS.register("pm")
class ParametricMapForm(ResultForm):
    """One object for each map."""

    title: ClassVar = "DICOM parametric maps"

    def make(self, parcel: Parcel) -> Iterator[WrittenObject]:
        """Yield an object for each map of the answer."""
        answer = parcel.results.answer
        for place, each in enumerate(() if answer is None else answer.explanations):
            made = _map(parcel, answer, each, FIRST_SERIES + place)  # type: ignore[arg-type]
            name = each.importance.estimator
            yield WrittenObject(file_name("pm", place + 1, name), made, name)


def _map(parcel: Parcel, answer: ResultAnswer, each: Explanation, series: int) -> Dataset:
    results, origin = parcel.results, parcel.origin
    values, estimator = each.importance.values, each.importance.estimator
    explained = answer.explained
    made = ParametricMap(
        source_images=headers(results.case, origin, [answer.slice_index]),
        pixel_array=values[np.newaxis],
        contains_recognizable_visual_features=False,
        real_world_value_mappings=[_mapping(each, explained)],
        voi_lut_transformations=[_window(np.abs(values))],
        pixel_measures=pixel_measures(results.case),
        content_label="IMPORTANCE",
        content_description=codes.cut(f"{each.title} for {explained}", codes.LONGEST_MEANING),
        content_qualification="RESEARCH",
        **numbers_of(
            series, origin.study, "pm", answer.slice_index, answer.weights, answer.target,
            estimator, sorted(each.settings.items()), digest(values),
            *([] if answer.rather_than is None else ["rather than", answer.rather_than]),
        ),
        **maker(results),
    )  # fmt: skip
    # Readers ask for it, and a scan may be of any part.
    anatomy = Dataset()
    anatomy.FrameLaterality, anatomy.AnatomicRegionSequence = "U", [ENTIRE_BODY]
    made.SharedFunctionalGroupsSequence[0].FrameAnatomySequence = [anatomy]
    made.ContentCreatorName = None
    said = contribution(answer, each)
    if said is not None:
        made.ContributingEquipmentSequence = [said]
    return finish(made, f"{each.title}, {answer.model_title}", origin)


def _mapping(each: Explanation, explained: str) -> RealWorldValueMapping:
    """Return what the numbers mean: themselves, without a unit, over the range that they have."""
    values = each.importance.values
    mapping = RealWorldValueMapping(
        lut_label=codes.cut(each.importance.estimator, codes.LONGEST_CODE),
        lut_explanation=codes.cut(f"Signed, + speaks for {explained}", codes.LONGEST_MEANING),
        unit=dictionary.UCUM.NoUnits,
        value_range=(float(values.min()), float(values.max())),
        quantity_definition=IMPORTANCE,
    )
    # CID 217, as the modifier of the quantity.
    quantity = mapping.QuantityDefinitionSequence[0]
    modifier = Dataset()
    modifier.ValueType = "CODE"
    modifier.ConceptNameCodeSequence = [IMPORTANCE]
    modifier.ConceptCodeSequence = [codes.explanation(each.importance.estimator)]
    quantity.ContentItemModifierSequence = [modifier]
    return mapping


def _window(magnitudes: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> VOILUTTransformation:
    """Return a window around zero in which the strongest pixels are not clipped by much."""
    limit = float(np.percentile(magnitudes, PERCENTILE)) or float(magnitudes.max()) or 1.0
    return VOILUTTransformation(window_center=0.0, window_width=2 * limit)
