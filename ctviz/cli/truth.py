"""Hold estimators and metrics against what is known to be true.

try:
  ctviz truth --phantoms 20 --out truth
  ctviz truth --model contrast-shortcut --phantoms 100 --out shortcut-truth
  ctviz truth --estimators gradient,occlusion --metrics fidelity,auroc --phantoms 10 --out quick
  ctviz truth plan.toml --out again

Each phantom is rendered again without one part after the other: the iodine of a vessel or a
chamber, an organ, a bone, the table. The change of the class score is the part's true effect. A
good map gives importance to the parts in the order of their effects; a good metric ranks the
estimators as that does. A run that was stopped goes on where it was. The folder holds effects.csv
(one row for each part of each phantom), scores.csv, findings.json, and report/ with HTML and PDF.
"""

import argparse
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctviz.cli.choosing import add_settings, built_metrics, chosen_names, parsed, settings_by_owner
from ctviz.cli.study import ProgressLine, add_cluster, cluster_of
from ctviz.cli.tables import Row, add_format, write_rows
from ctviz.core import Settings

if TYPE_CHECKING:
    from ctviz.cohort.truth import TruthFindings, TruthStudy


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's arguments."""
    parser.add_argument("plan", nargs="?", type=Path, help="TOML file (default: the usual plan)")
    parser.add_argument("--model", help="model id (see `ctviz models`)")
    parser.add_argument("--phantoms", type=int, help="how many patients (default: 100)")
    parser.add_argument("--first", type=int, help="seed of the first phantom")
    parser.add_argument(
        "--estimators",
        metavar="A,B,…",
        help="names separated by commas, or all (default: those of a study); controls always run",
    )
    parser.add_argument(
        "--metrics",
        metavar="A,B,…",
        help="metrics to hold against the truth (default: those of a study)",
    )
    add_settings(parser, "smoothgrad.samples=30")
    parser.add_argument("--out", type=Path, required=True, help="folder of the study")
    parser.add_argument(
        "--workers", type=int, help="processes (default: one for each core; 0: in this process)"
    )
    add_cluster(parser)
    add_format(parser)


def run(arguments: argparse.Namespace) -> None:
    """Run a study of phantoms and say what came out."""
    from ctviz.backend import Backend
    from ctviz.cohort import crew_named
    from ctviz.cohort.truth import load_truth_findings, run_truth_study
    from ctviz.cohort.truth.report import write_truth_report

    study, teller = _study(arguments), ProgressLine()
    # A steady one, so that the numbers come out again bit by bit.
    with closing(Backend(Settings.from_environment(), steady=True)) as backend:
        try:
            crew = crew_named(cluster_of(arguments), arguments.workers)
            failures = run_truth_study(
                backend, study, arguments.out, workers=crew, told=teller.tell
            )
        finally:
            teller.end()
        card = backend.models()[study.model]
    for failure in failures:
        sys.stderr.write(f"{failure.case}: {failure.why}\n")
    if card.sees:
        sys.stderr.write(
            f"The model sees {card.channels} slices. Each phantom is a single one, which it was "
            "shown in all of its channels: a part is missing from all of them.\n"
        )
    write_truth_report(arguments.out)
    findings = load_truth_findings(arguments.out)
    write_rows(_entrants(findings), arguments.format)
    if arguments.format == "table":
        sys.stdout.write("\n")
        write_rows(_metrics(findings), "table")
        sys.stdout.write(f"\nEverything is in {arguments.out}.\n")


def _study(arguments: argparse.Namespace) -> "TruthStudy":
    from ctviz.cohort.truth import TruthStudy
    from ctviz.estimators import ESTIMATORS
    from ctviz.metrics import METRICS

    said = {name: getattr(arguments, name) for name in ("model", "phantoms", "first")}
    begun = TruthStudy() if arguments.plan is None else TruthStudy.read(arguments.plan)
    study = replace(begun, **{name: value for name, value in said.items() if value is not None})
    estimators = chosen_names(ESTIMATORS, arguments.estimators, tuple(study.estimators))
    metrics = chosen_names(METRICS, arguments.metrics, ())
    settings = settings_by_owner(arguments.set, [*estimators, *metrics])
    changes: dict[str, Any] = {}
    if arguments.estimators or settings:
        changes["estimators"] = {
            name: {
                **study.estimators.get(name, {}),
                **parsed(ESTIMATORS[name], name, settings.get(name, {})),
            }
            for name in estimators
        }
    if metrics:
        changes["metrics"] = {
            key: metric.settings() for key, metric in built_metrics(metrics, settings).items()
        }
    return replace(study, **changes)


def _entrants(findings: "TruthFindings") -> list[Row]:
    """Return a row for each entrant, the closest to the truth first."""
    by = [
        {each.entrant: each for each in findings.ranking(measure.key, _widest(findings)).standings}
        for measure in findings.metrics
    ]
    placed = sorted(by[0].values(), key=lambda each: (each.rank is None, each.rank or 0.0))
    return [
        {
            "estimator": each.entrant.estimator,
            "sign": each.entrant.sign,
            "control": "yes" if each.entrant.control else "",
            **{
                measure.key: standings[each.entrant].mean
                for measure, standings in zip(findings.metrics, by, strict=True)
            },
            "low": each.interval.low if each.interval else None,
            "high": each.interval.high if each.interval else None,
        }
        for each in placed
    ]


def _metrics(findings: "TruthFindings") -> list[Row]:
    """Return a row for each metric: how alike it and the truth rank the entrants."""
    return [
        {
            "metric": each.metric,
            "against": each.measure,
            "tau": each.ranks.tau,
            "low": each.ranks.interval.low if each.ranks.interval else None,
            "high": each.ranks.interval.high if each.ranks.interval else None,
            "why": each.ranks.why,
        }
        for each in findings.trust
        if each.controls and each.signs == _widest(findings)
    ]


def _widest(findings: "TruthFindings") -> Any:  # noqa: ANN401 - a choice of signs
    return findings.rankings[0].signs
