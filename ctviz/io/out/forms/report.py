"""The model's answer and the scores of its maps as a DICOM report by TID 1500.

What a machine needs to compute a number again stands in the *algorithm parameters* beside it, as
``name=value``; `ctviz.io.out.claims` reads them back.
"""

from collections.abc import Iterator, Sequence
from typing import ClassVar, TypeAlias

from highdicom.sr import (
    AlgorithmIdentification,
    CodedConcept,
    Comprehensive3DSR,
    DeviceObserverIdentifyingAttributes,
    Measurement,
    MeasurementReport,
    MeasurementsAndQualitativeEvaluations,
    ObservationContext,
    ObserverContext,
    QualitativeEvaluation,
    ReferencedSegment,
    SourceImageForMeasurement,
    SourceImageForMeasurementGroup,
    SourceImageForSegmentation,
    TrackingIdentifier,
    VolumetricROIMeasurementsAndQualitativeEvaluations,
)
from highdicom.sr.templates import Template
from pydicom import Dataset
from pydicom.sr.codedict import codes as dictionary

from ctviz.core import Prediction, Region
from ctviz.io.out import claims, codes
from ctviz.io.out.form import RESULT_FORMS, ResultForm, WrittenObject
from ctviz.io.out.frames import stand_in
from ctviz.io.out.making import file_name, finish, numbers_of
from ctviz.io.out.parcel import Parcel
from ctviz.io.out.results import Explanation, GivenScore, ResultAnswer
from ctviz.io.out.source import headers
from ctviz.io.out.uids import uid_of

SERIES = 9401
CT_PROCEDURE = CodedConcept("25045-6", "LN", "CT unspecified body region")

UNITS = {
    "1": dictionary.UCUM.NoUnits,
    "mm": dictionary.UCUM.Millimeter,
    "s": dictionary.UCUM.Second,
}

Group: TypeAlias = (
    MeasurementsAndQualitativeEvaluations | VolumetricROIMeasurementsAndQualitativeEvaluations
)


@RESULT_FORMS.register("sr")
class ReportForm(ResultForm):
    """One report of the answer: probabilities, and every map's scores with what they were of."""

    title: ClassVar = "DICOM reports"
    refers_to: ClassVar = ("seg", "pm")

    def make(self, parcel: Parcel) -> Iterator[WrittenObject]:
        """Yield the report, if a model was asked."""
        answer = parcel.results.answer
        if answer is not None:
            yield WrittenObject(
                file_name("sr", answer.prediction.model_id), _report(parcel, answer)
            )


def _report(parcel: Parcel, answer: ResultAnswer) -> Dataset:
    results, origin = parcel.results, parcel.origin
    content = _content(parcel, answer)
    images = headers(results.case, origin, [answer.slice_index])
    others = [_object(file) for form in ReportForm.refers_to for file in parcel.of(form)]
    objects = [other for other in others if _is_named(other, content[0])]
    made = Comprehensive3DSR(
        evidence=[*images, *objects],
        content=content[0],
        is_complete=True,
        is_final=False,
        manufacturer="ctviz",
        **numbers_of(SERIES, origin.study, "sr", answer.slice_index, *claims.texts_of(content[0])),
    )
    made.ManufacturerModelName, made.SoftwareVersions = "ctviz", results.version
    made.DeviceSerialNumber = "1"
    return finish(made, f"Scores of maps, {answer.model_title}", origin)


def _object(file: WrittenObject) -> Dataset:
    if isinstance(file.content, bytes):
        raise TypeError(file.name)
    return file.content


def _is_named(other: Dataset, root: Dataset) -> bool:
    """Whether the content tree refers to an object; evidence that it does not is left out."""
    if any(
        reference.ReferencedSOPInstanceUID == other.SOPInstanceUID
        for reference in root.get("ReferencedSOPSequence", [])
    ):
        return True
    return any(_is_named(other, child) for child in root.get("ContentSequence", []))


def _content(parcel: Parcel, answer: ResultAnswer) -> MeasurementReport:
    results, origin = parcel.results, parcel.origin
    device = DeviceObserverIdentifyingAttributes(
        uid=uid_of("ctviz", results.version),
        name="ctviz",
        manufacturer_name="ctviz",
        model_name="ctviz",
    )
    observer = ObserverContext(
        observer_type=dictionary.DCM.Device, observer_identifying_attributes=device
    )
    groups = [_answer(parcel, answer)]
    for each in answer.explanations:
        groups.extend(_map(parcel, answer, each))
    return MeasurementReport(
        observation_context=ObservationContext(observer_device_context=observer),
        procedure_reported=CT_PROCEDURE,
        imaging_measurements=groups,
        title=dictionary.DCM.ImagingMeasurementReport,
        referenced_images=headers(results.case, origin, [answer.slice_index]),
    )


def _answer(parcel: Parcel, answer: ResultAnswer) -> Group:
    """Return what the model says: a probability for each class."""
    prediction = answer.prediction
    return MeasurementsAndQualitativeEvaluations(
        tracking_identifier=_tracked(parcel, "ResultAnswer of the model"),
        algorithm_id=_algorithm(parcel, answer.model_title, _of_the_model(answer)),
        measurements=[
            Measurement(
                name=codes.own(f"p{place}", f"Probability of {name}"),
                value=float(probability),
                unit=dictionary.UCUM.NoUnits,
            )
            for place, (name, probability) in enumerate(
                zip(prediction.classes, prediction.probabilities, strict=True)
            )
        ],
        qualitative_evaluations=[
            *(
                QualitativeEvaluation(codes.own("predicted", "Predicted class"), codes.own(name))
                for name in _answered(prediction)
            ),
            QualitativeEvaluation(
                codes.own("explained", "Explained class"),
                codes.own(answer.explained),
            ),
        ],
        source_images=[_slice_of_group(parcel, answer)],
    )


def _answered(prediction: Prediction) -> Sequence[str]:
    """Return the names of what is predicted: one class, or all findings."""
    return [prediction.classes[index] for index in prediction.found] or [prediction.label]


def _map(parcel: Parcel, answer: ResultAnswer, each: Explanation) -> Iterator[Group]:
    """Yield a map's scores that need no region, then those of each region."""
    scores = [s for s in answer.scores if s.estimator == each.importance.estimator]
    alone = [score for score in scores if score.region is None]
    algorithm = _algorithm(parcel, each.title, _of_the_map(answer, each))
    if alone:
        yield MeasurementsAndQualitativeEvaluations(
            tracking_identifier=_tracked(parcel, each.title),
            algorithm_id=algorithm,
            **_measurements(parcel, alone),
            source_images=[_slice_of_group(parcel, answer)],
        )
    regions = {id(score.region): score.region for score in scores if score.region is not None}
    for region in regions.values():
        against = [score for score in scores if score.region is region]
        category, kind = codes.category_and_type(region.label)
        yield VolumetricROIMeasurementsAndQualitativeEvaluations(
            tracking_identifier=_tracked(parcel, f"{each.title} against {region.label}"),
            referenced_segment=_segment(parcel, region),
            finding_type=kind,
            finding_category=category,
            algorithm_id=_algorithm(
                parcel, each.title, {**_of_the_map(answer, each), **claims.of_region(region)}
            ),
            **_measurements(parcel, against),
        )


def _measurements(parcel: Parcel, scores: Sequence[GivenScore]) -> "dict[str, list[Template]]":
    """Return the scores that have a value, and beside them why others have none."""
    return {
        "measurements": [
            _measurement(parcel, score, score.score.value)
            for score in scores
            if score.score.value is not None
        ],
        "qualitative_evaluations": [
            QualitativeEvaluation(_name(score), codes.own("undefined", score.score.why))
            for score in scores
            if score.score.value is None
        ],
    }


def _measurement(parcel: Parcel, score: GivenScore, value: float) -> Measurement:
    says = {
        "metric": score.metric,
        "sign": score.sign,
        "better": score.better,
        **claims.settings(score.settings),
    }
    return Measurement(
        name=_name(score),
        value=float(value),
        unit=UNITS[score.unit],
        algorithm_id=_algorithm(parcel, score.title, says),
        referenced_images=[
            SourceImageForMeasurement(file.SOPClassUID, file.SOPInstanceUID)
            for file in _maps(parcel, score.estimator)
        ],
    )


def _name(score: GivenScore) -> CodedConcept:
    """Return what a score is called, with its direction."""
    return codes.own(score.metric, f"{score.title} ({score.sign}), {score.better} is better")


def _maps(parcel: Parcel, estimator: str) -> Sequence[Dataset]:
    return [_object(file) for file in parcel.of("pm") if file.about == estimator]


def _segment(parcel: Parcel, region: Region) -> ReferencedSegment:
    """Return the segment that holds a region, with the slice that counts."""
    results = parcel.results
    (made,) = (_object(file) for file in parcel.of("seg") if file.about == region.reader)
    number = results.labels_of(region.reader).index(region.label) + 1
    image = stand_in(parcel.origin.images[region.slice_index])
    return ReferencedSegment(
        sop_class_uid=made.SOPClassUID,
        sop_instance_uid=made.SOPInstanceUID,
        segment_number=number,
        source_images=[SourceImageForSegmentation(image.sop_class, image.sop_instance)],
    )


def _slice_of_group(parcel: Parcel, answer: ResultAnswer) -> SourceImageForMeasurementGroup:
    image = stand_in(parcel.origin.images[answer.slice_index])
    return SourceImageForMeasurementGroup(image.sop_class, image.sop_instance)


def _tracked(parcel: Parcel, name: str) -> TrackingIdentifier:
    return TrackingIdentifier(uid=uid_of(parcel.origin.study, "tracked", name), identifier=name)


def _algorithm(parcel: Parcel, name: str, says: "dict[str, str]") -> AlgorithmIdentification:
    return AlgorithmIdentification(
        name=name,
        version=parcel.results.version,
        parameters=[f"{key}={value}" for key, value in says.items()],
    )


def _of_the_model(answer: ResultAnswer) -> dict[str, str]:
    return {
        "slice": str(answer.slice_index + 1),
        "model": answer.prediction.model_id,
        "weights sha256": answer.weights,
        "target": str(answer.target),
        **({} if answer.rather_than is None else {"rather than": str(answer.rather_than)}),
        **({"sees": answer.sees} if answer.sees else {}),
    }


def _of_the_map(answer: ResultAnswer, each: Explanation) -> dict[str, str]:
    return {
        **_of_the_model(answer),
        "estimator": each.importance.estimator,
        **claims.settings(each.settings),
    }
