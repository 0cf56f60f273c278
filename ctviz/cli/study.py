"""Rank estimators over a cohort: the paper's experiment with intervals.

try:
  ctviz study --cohort demo --out results
  ctviz study --cohort ../shared/data/tcga-luad-contrast --model contrast-small --out real
  ctviz study --cohort demo --beside contrast-small-robust --out twice
  ctviz study --cohort ../scans --model chest --finding effusion --out effusion
  ctviz study plan.toml --workers 2
  ctviz study plan.toml --cluster tcp://host:8786
  ctviz study plan.toml --register
  ctviz study --verify results --sample 4 --captum

A plan is a small TOML file: every study's folder holds its own, plan.toml. --register fixes it with
the time and says its sha256, to be published before the data are opened. A study that was
stopped goes on where it was. --cluster lets other machines compute (see docs/cluster.md). A study's
folder holds scores.csv and scores.parquet (one row for each slice, estimator, sign and metric),
report/ with HTML, PDF and figures, findings.json, and what the numbers came from.
"""

import argparse
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ctviz.cli.tables import Row, add_format, write_rows
from ctviz.cli.waiting import progress_bar
from ctviz.core import Settings
from ctviz.core.text import about

if TYPE_CHECKING:
    from ctviz.backend import Backend
    from ctviz.cohort import CohortStudy, Findings, Stage, Verification
    from ctviz.cohort.analysis.findings import MetricRanking

QUIET_SECONDS = 30.0
"""How often a study says how far it is where there is no terminal."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's arguments."""
    parser.add_argument("plan", nargs="?", type=Path, help="TOML file (default: the usual plan)")
    parser.add_argument(
        "--cohort",
        help="demo, marked, annotated, all, or a folder of scans with or without labels.csv",
    )
    parser.add_argument("--model", help="model id (see `ctviz models`)")
    parser.add_argument(
        "--beside",
        metavar="A,B,…",
        help="further models on which the same is studied, to see what holds on all of them",
    )
    parser.add_argument("--name", help="name of the study")
    parser.add_argument("--reader", help="whose drawings maps are compared with")
    parser.add_argument("--label", help="only this label of the reader's regions")
    parser.add_argument(
        "--finding", help="of a model that judges several findings, which is studied"
    )
    parser.add_argument(
        "--slices", type=int, dest="slices_per_case", help="slices of each case; 0 for all"
    )
    parser.add_argument("--out", type=Path, help="folder of the study (default: in CTVIZ_DATA)")
    parser.add_argument(
        "--workers", type=int, help="processes (default: one for each core; 0: in this process)"
    )
    add_cluster(parser)
    parser.add_argument(
        "--register",
        action="store_true",
        help="run nothing: fix the plan in the study's folder, and say its sha256",
    )
    parser.add_argument(
        "--verify", type=Path, metavar="FOLDER", help="compute a finished study anew and compare"
    )
    parser.add_argument(
        "--sample", type=int, default=0, help="how many slices --verify computes (default: all)"
    )
    parser.add_argument(
        "--captum",
        action="store_true",
        help="with --verify: ask Captum for the same maps as well, where it defines them alike",
    )
    parser.add_argument(
        "--report",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="write report/ with HTML, PDF and figures (default: yes)",
    )
    add_format(parser)


def add_cluster(parser: argparse.ArgumentParser) -> None:
    """Define the argument that names a cluster."""
    parser.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="scheduler of a Dask cluster that computes in place of this machine, like "
        "tcp://host:8786 (default: CTVIZ_CLUSTER, or none; see docs/cluster.md)",
    )


def run(arguments: argparse.Namespace) -> None:
    """Run or verify a study and say what came out."""
    from ctviz.backend import Backend

    # A steady one, so that the numbers come out again bit by bit.
    with closing(Backend(Settings.from_environment(), steady=True)) as backend:
        if arguments.verify is not None:
            _verify(backend, arguments)
        elif arguments.register:
            _register(backend, arguments)
        else:
            _run(backend, arguments)


def _run(backend: "Backend", arguments: argparse.Namespace) -> None:
    from ctviz.cohort import crew_named, default_folder, load_findings, run_study

    study = _study(arguments)
    folder = arguments.out or default_folder(backend.settings, study)
    teller = ProgressLine()
    try:
        crew = crew_named(cluster_of(arguments), arguments.workers)
        failures = run_study(backend, study, folder, workers=crew, told=teller.tell)
    finally:
        teller.end()
    for failure in failures:
        sys.stderr.write(f"{failure.case}, slice {failure.slice_index}: {failure.why}\n")
    if arguments.report:
        from ctviz.cohort.report import write_report

        sys.stderr.write("Writing the report.\n")
        write_report(folder, backend.models()[study.model])
    findings = load_findings(folder)
    if arguments.format != "table":
        write_rows(_standings(findings), arguments.format)
        return
    write_rows(_summary(findings), "table")
    sys.stdout.write(f"\n{_verdicts(findings)}\nEverything is in {folder}.\n")


def cluster_of(arguments: argparse.Namespace) -> str:
    """Return which cluster computes; none where a number of processes is asked for."""
    if arguments.cluster is not None:
        return str(arguments.cluster)
    return "" if arguments.workers is not None else Settings.from_environment().cluster


def _register(backend: "Backend", arguments: argparse.Namespace) -> None:
    from ctviz.cohort import default_folder, register_study

    study = _study(arguments)
    folder = arguments.out or default_folder(backend.settings, study)
    fixed = register_study(backend, study, folder)
    row: Row = {"plan": fixed.plan, "weights": fixed.weights, "fixed": fixed.time}
    write_rows([row], arguments.format)
    sys.stderr.write(f"The study is to be run with the same plan in {folder}.\n")


def _verify(backend: "Backend", arguments: argparse.Namespace) -> None:
    from ctviz.cohort import cores, verify

    workers = cores() if arguments.workers is None else arguments.workers
    found = verify(backend, arguments.verify, sample=arguments.sample, workers=workers)
    rows: list[Row] = [
        {
            "case": each.case,
            "slice_index": each.slice_index,
            "maps that differ": each.maps,
            "numbers that differ": each.scores,
            "largest difference": each.apart,
            "note": each.changed,
        }
        for each in found.slices
    ]
    write_rows(rows, arguments.format)
    sys.stderr.write(f"{found.sentence}\n")
    if arguments.captum:
        _check_with_captum(backend, arguments, found)


def _check_with_captum(
    backend: "Backend", arguments: argparse.Namespace, found: "Verification"
) -> None:
    from ctviz.cohort.folder import StudyFolder
    from ctviz.cohort.reproduce.captum_check import check_with_captum, verdict

    with progress_bar("Asking Captum") as progress:
        checks = check_with_captum(backend, StudyFolder(arguments.verify), found.slices, progress)
    rows: list[Row] = [
        {
            "estimator": check.estimator,
            "slices": len(check.differences),
            "largest difference": max(check.differences, default=None),
            "note": check.why,
        }
        for check in checks
    ]
    write_rows(rows, arguments.format)
    sys.stderr.write(f"{verdict(checks)}\n")


def _study(arguments: argparse.Namespace) -> "CohortStudy":
    """Return the plan with what the command line changes."""
    from ctviz.cohort import COHORTS, CohortStudy, read_plan

    changes: dict[str, Any] = {
        name: getattr(arguments, name)
        for name in ("cohort", "model", "name", "reader", "label", "finding", "slices_per_case")
        if getattr(arguments, name) is not None
    }
    if arguments.beside is not None:
        changes["beside"] = tuple(filter(None, map(str.strip, arguments.beside.split(","))))
    if arguments.plan is not None:
        return replace(read_plan(arguments.plan), **changes)
    # Of scans of one's own the name says nothing, as a folder's name may tell who the patient is.
    cohort = changes.get("cohort", "demo")
    return CohortStudy(**{"name": cohort if cohort in COHORTS else "study", **changes})


class ProgressLine:
    """Says how far a study is: in one line of a terminal, or a line now and then."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._said, self._message = time.monotonic(), ""

    def tell(self, stage: "Stage") -> None:
        """Say it, if it is time; why a study failed is said by the program."""
        if stage.state == "failed":
            return
        due = self._terminal or time.monotonic() - self._said > QUIET_SECONDS
        if due or stage.message != self._message:
            self._said, self._message = time.monotonic(), stage.message
            start, end = ("\r\033[K", "") if self._terminal else ("", "\n")
            sys.stderr.write(f"{start}{_words(stage)}{end}")
            sys.stderr.flush()

    def end(self) -> None:
        """Leave the terminal's line."""
        if self._terminal:
            sys.stderr.write("\n")


def _words(stage: "Stage") -> str:
    words = [stage.message]
    if stage.total:
        words.append(f"{stage.done} of {stage.total} ({stage.share:.0%})")
    if stage.failed:
        words.append(f"{stage.failed} failed")
    if stage.left_seconds and stage.state == "running":
        words.append(f"{about(stage.left_seconds)} left")
    return " ".join([words[0], ", ".join(words[1:])]).strip()


def _summary(findings: "Findings") -> list[Row]:
    """Return a row for each estimator and sign, best by fidelity first."""
    paper = {s.entrant: s for s in findings.accuracy[0].standings} if findings.accuracy else {}
    keys = [each.key for each in findings.metrics if not each.variant]
    rankings = {key: findings.ranking(key, _widest(findings)) for key in keys}
    order = sorted(
        enumerate(findings.entrants),
        key=lambda entry: (paper[entry[1]].rank if entry[1] in paper else None) or 0,
    )
    return [
        {
            "estimator": f"{entrant.estimator}{' (control)' if entrant.control else ''}",
            "sign": entrant.sign,
            **({"cohort fidelity × 10": _tenfold(paper[entrant])} if paper else {}),
            **{key: _placed(ranking, place) for key, ranking in rankings.items()},
        }
        for place, entrant in order
    ]


def _widest(findings: "Findings") -> Any:  # noqa: ANN401 - a choice of signs
    return findings.rankings[0].signs


def _tenfold(standing: Any) -> str:  # noqa: ANN401 - a standing by cohort fidelity
    if standing.fidelity is None:
        return "–"
    interval = standing.interval
    range_ = f" [{10 * interval.low:.1f}, {10 * interval.high:.1f}]" if interval else ""
    return f"{10 * standing.fidelity:.1f}{range_}"


def _placed(ranking: "MetricRanking", place: int) -> str:
    """Return an entrant's mean and rank; an asterisk where it does not beat every control."""
    standing = ranking.standings[place]
    if standing.mean is None or standing.rank is None:
        return "–"
    unbeaten = "*" if standing.unbeaten and not standing.entrant.control else ""
    return f"{standing.mean:.3f} ({standing.rank:g}){unbeaten}"


def _verdicts(findings: "Findings") -> str:
    subject = findings.subject
    lines = [
        "In brackets the rank; * does not beat every control.",
        f"{subject.slices} slices of {subject.patients} patients, {subject.cohort}, model "
        f"{subject.model}; intervals over patients.",
        "",
        "The paper's findings on this cohort:",
        *(f"  {v.holds:>9}  {v.claim} {v.why}" for v in findings.verdicts),
    ]
    return "\n".join(lines)


def _standings(findings: "Findings") -> list[Row]:
    """Return a row for each metric, choice of signs, estimator and sign."""
    return [
        {
            "metric": ranking.metric,
            "among": ranking.signs,
            "estimator": s.entrant.estimator,
            "sign": s.entrant.sign,
            "mean": s.mean,
            "low": s.interval.low if s.interval else None,
            "high": s.interval.high if s.interval else None,
            "rank": s.rank,
            "first": s.first,
            "patients": s.patients,
            "undefined": s.undefined,
            "unbeaten controls": ", ".join(c.estimator for c in s.unbeaten),
        }
        for ranking in findings.rankings
        for s in ranking.standings
    ]
