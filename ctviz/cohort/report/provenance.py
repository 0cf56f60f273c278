"""What the numbers came from: cohort, model, parameters, versions, checksums and seeds."""

from collections.abc import Iterator, Mapping
from typing import Any

from ctviz.cohort.analysis.findings import Findings
from ctviz.cohort.plan import CohortStudy
from ctviz.cohort.report.names import Names
from ctviz.cohort.report.numbers import figure
from ctviz.core import digest
from ctviz.models import ModelCard
from ctviz.viz.documents import Block, Heading, Paragraph, Points, SettingsList, Table

MOST_SLICES = 200
"""Checksums of more slices would fill the report; they are in ``environment.json``."""

UNKNOWN = "unknown"


def cohort_card(findings: Findings) -> Iterator[Block]:
    """Yield what was studied."""
    subject = findings.subject
    classes = {name or UNKNOWN: count for name, count in subject.classes.items()}
    yield Heading("Cohort and model")
    yield SettingsList(
        "Cohort",
        (
            ("cohort", subject.cohort),
            ("patients", str(subject.patients)),
            ("slices", str(subject.slices)),
            ("slices with a drawn region", str(subject.annotated)),
            ("slices that failed", str(subject.failed)),
            *((f"slices of class {name}", str(count)) for name, count in classes.items()),
            ("answered right", str(subject.correct)),
            ("answered wrong", str(subject.wrong)),
            ("reader", subject.reader or "–"),
            ("label", subject.label or "–"),
        ),
    )


def model_card(card: ModelCard) -> Iterator[Block]:
    """Yield the model's data sheet."""
    yield Heading(card.title, level=2)
    yield Paragraph(f"{card.task} {card.intended_use}")
    yield SettingsList(
        "Model",
        (
            ("id", card.id),
            ("classes", ", ".join(card.classes)),
            ("architecture", f"{card.architecture}, {_settings(card.arguments)}".rstrip(", ")),
            ("output neurons, input channels", f"{card.neurons}, {card.channels}"),
            ("input, rows × columns", f"{card.size[0]} × {card.size[1]}"),
            *([("slices that it sees", card.sees)] if card.sees else []),
            ("window, centre and width in HU", f"{card.window[0]:g}, {card.window[1]:g}"),
            ("licence", card.licence),
            *((f"training, {name}", str(value)) for name, value in card.training.items()),
        ),
    )
    if card.measured:
        yield Table(
            "How good the model is, from its card",
            ("Quantity", "Value", "On", "How"),
            tuple(
                (m.quantity, f"{figure(m.value, 3)}{_ends(m.interval)}", m.on, m.how)
                for m in card.measured
            ),
        )
    if card.data:
        yield Table(
            "What the model was made from, from its card",
            ("Data", "Use", "Slices", "Patients", "Licence"),
            tuple((d.name, d.use, str(d.slices), str(d.patients), d.licence) for d in card.data),
        )
    if card.known_failures:
        yield Paragraph("Known failures, from its card:")
        yield Points(card.known_failures)


def reproduction(
    study: CohortStudy, environment: Mapping[str, Any], names: Names
) -> Iterator[Block]:
    """Yield every parameter, version, checksum and seed."""
    yield Heading("Reproduction")
    yield Paragraph(
        "With the same plan, software and machine type the study gives these numbers again, bit by "
        "bit; ctviz study --verify recomputes them and compares."
    )
    yield SettingsList(
        "Plan",
        (
            ("name", study.name),
            ("sha256", study.digest),
            ("signs", ", ".join(study.signs)),
            ("slices per case (0 is all)", str(study.slices_per_case)),
            ("target", study.target),
            ("seed", str(study.seed)),
        ),
    )
    yield SettingsList(
        "Estimators",
        tuple((names.titles.get(n, n), _settings(s)) for n, s in study.estimators.items()),
    )
    yield SettingsList("Metrics", tuple((key, _settings(s)) for key, s in study.metrics.items()))
    for part in ("software", "machine", "seeds"):
        if environment.get(part):
            yield SettingsList(part.capitalize(), _entries(environment[part]))
    yield SettingsList("Checksums (sha256)", _checksums(environment))
    slices = environment.get("slices", [])
    if len(slices) <= MOST_SLICES:
        yield Table(
            "Checksums of each slice, shortened; whole and for each map in environment.json",
            ("Case", "Slice", "Pixels", "Its maps"),
            tuple(
                (
                    str(each["case"]),
                    str(each["slice_index"] + 1),
                    f"sha256 {str(each['pixels'])[:16]}",
                    f"sha256 {digest(*map(str, each['maps'].values()))[:16]}",
                )
                for each in slices
            ),
        )


def _checksums(environment: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    weights = environment.get("model", {}).get("sha256", {})
    return (
        *((f"model, {name}", str(sha)) for name, sha in weights.items()),
        (
            "pixels of all slices",
            digest(*(str(s["pixels"]) for s in environment.get("slices", []))),
        ),
        ("all maps", str(environment.get("maps", UNKNOWN))),
    )


def _entries(document: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(value)) for name, value in document.items())


def _settings(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in settings.items()) or "no settings"


def _ends(interval: tuple[float, float] | None) -> str:
    return f" ({figure(interval[0], 3)} to {figure(interval[1], 3)})" if interval else ""
