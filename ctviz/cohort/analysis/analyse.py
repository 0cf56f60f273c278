"""From the table and the curves of a study to its findings."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ctviz.cohort.analysis.cohort_accuracy import Accuracy, accuracies
from ctviz.cohort.analysis.findings import (
    DiceCurves,
    Disputed,
    Findings,
    MeanRoc,
    MetricAgreement,
    MetricRanking,
    Signs,
    Subgroups,
    Subject,
    Undefined,
)
from ctviz.cohort.analysis.sensitivity import sensitivities
from ctviz.cohort.run.units import cohort_title, yardstick
from ctviz.cohort.statistics import (
    Contest,
    Panel,
    ThresholdRoc,
    Verdict,
    absolute_beats_signed,
    absolute_beats_signed_throughout,
    by_group,
    disagreements,
    friedman,
    leads,
    mean_curves,
    pairwise,
    rank_agreement,
    rank_frequencies,
    rank_moves,
    rankings_disagree,
    size_groups,
    slice_agreement,
    standings,
    threshold_roc,
)
from ctviz.cohort.statistics.patients import Names
from ctviz.cohort.tables.study_data import CHOSEN_DICE, Material
from ctviz.core import Progress

LEADER = "smoothgrad-squared"
"""First by fidelity in the paper."""

HEADLINES = ("auroc", "dice")
"""The paper's human-centric metrics."""

DISPUTED = 20
RIGHT, WRONG = "correct", "wrong"


def analyse(folder: Path, progress: Progress | None = None) -> Findings:
    """Return what a finished run found."""
    material, checked = Material.of(folder), progress or Progress()
    rankings = []
    for ranked in material.metrics:
        checked.check()
        rankings += list(_rankings(material, ranked.key, variant=ranked.variant))
    paper = accuracies(material)
    checked.check()
    verdicts, sign_verdicts = _verdicts(material, paper)
    return Findings(
        subject=_subject(material),
        entrants=material.table.entrants,
        metrics=material.metrics,
        rankings=tuple(rankings),
        accuracy=tuple(each.curves for each in paper),
        roc=_roc(material),
        dice=_dice(material),
        agreements=tuple(_agreements(material)),
        disputed=tuple(_disputed(material)),
        sensitivity=sensitivities(material),
        subgroups=tuple(_subgroups(material)),
        verdicts=verdicts,
        sign_verdicts=sign_verdicts,
        undefined=tuple(_undefined(material)),
        draws=material.draws,
        seed=material.seed,
    )


def _subject(material: Material) -> Subject:
    study, slices = material.study, material.table.slices
    truth, target = material.table.texts("truth"), material.table.texts("target")
    classes, counts = np.unique(truth, return_counts=True)
    reader, label = yardstick(study)
    return Subject(
        name=study.name,
        digest=study.digest,
        cohort=cohort_title(study),
        model=study.model,
        reader=reader,
        label=label,
        slices=len(slices),
        patients=int(slices["patient"].nunique()),
        annotated=int(slices["region_share"].notna().sum()),
        failed=material.failed,
        classes=dict(zip(map(str, classes), map(int, counts), strict=True)),
        correct=int(np.sum(_answers(material) == RIGHT)),
        wrong=int(np.sum(_answers(material) == WRONG)),
        truth_explained=int(np.sum((truth != "") & (truth == target))),
    )


def _answers(material: Material) -> Names:
    """Return (N,) whether the model was right, empty where that is not known."""
    answers = material.table.slices["correct"].map({True: RIGHT, False: WRONG})
    texts: Names = answers.astype(object).fillna("").to_numpy(dtype=np.str_)
    return texts


def _rankings(material: Material, key: str, *, variant: bool) -> Iterator[MetricRanking]:
    how = material.draws, material.seed
    for signs in material.choices:
        panel = material.panel(key, signs)
        yield MetricRanking(
            metric=key,
            signs=signs,
            standings=standings(panel, *how),
            frequencies=rank_frequencies(panel, *how),
            friedman=friedman(panel),
            pairs=() if variant else pairwise(panel, *how),
        )


def _roc(material: Material) -> MeanRoc | None:
    if "tpr" not in material.curves:
        return None
    tpr, fpr = material.curves["tpr"], material.curves["fpr"]
    # One entrant after the other, so that memory does not grow with their number.
    parts = [_roc_of(material, tpr[:, [e]], fpr[:, [e]]) for e in range(tpr.shape[1])]
    return MeanRoc(
        tpr=np.concatenate([part.tpr for part in parts]),
        fpr=np.concatenate([part.fpr for part in parts]),
        heights=np.concatenate([part.heights for part in parts]),
        areas=np.concatenate([part.areas for part in parts]),
        height_intervals=tuple(part.height_intervals[0] for part in parts),
        area_intervals=tuple(part.area_intervals[0] for part in parts),
        defined=tuple(part.defined[0] for part in parts),
    )


def _roc_of(material: Material, tpr: np.ndarray, fpr: np.ndarray) -> ThresholdRoc:
    return threshold_roc(tpr, fpr, material.patients, material.draws, material.seed)


def _dice(material: Material) -> DiceCurves | None:
    if material.kept is None:
        return None
    curves = material.curves["dice"]
    # One entrant after the other, so that memory does not grow with their number.
    parts = [
        mean_curves(curves[:, [e]], material.patients, material.draws, material.seed)
        for e in range(curves.shape[1])
    ]
    placed = standings(material.panel(CHOSEN_DICE), material.draws, material.seed)
    return DiceCurves(
        shares=material.curves.grids["dice"],
        mean=np.concatenate([part.mean for part in parts]),
        low=np.concatenate([part.low for part in parts]),
        high=np.concatenate([part.high for part in parts]),
        best_share=material.kept.best_share,
        in_sample=material.kept.in_sample,
        held_out=material.kept.held_out,
        intervals=tuple(standing.interval for standing in placed),
    )


def _agreements(material: Material) -> Iterator[MetricAgreement]:
    """Yield how alike fidelity and each human-centric metric rank the estimators."""
    how = material.draws, material.seed
    for human in material.human if material.fidelity else ():
        for signs in material.choices:
            model, reader = _pair(material, human, signs)
            on_slices = slice_agreement(model, reader, *how)
            yield MetricAgreement(
                first=model.metric,
                second=human,
                signs=signs,
                ranks=rank_agreement(model, reader, *how),
                moves=rank_moves(model, reader, *how),
                slice_mean=on_slices.mean,
                slice_interval=on_slices.interval,
            )


def _disputed(material: Material) -> Iterator[Disputed]:
    slices, truth = material.table.slices, material.table.texts("truth")
    for human in _headlines(material):
        model, reader = _pair(material, human, material.choices[0])
        worst = disagreements(model, reader, DISPUTED, material.draws, material.seed)
        for found in worst.slices:
            row = slices.iloc[found.row]
            yield Disputed(
                case=str(row["case"]),
                slice_index=int(row["slice_index"]),
                patient=str(row["patient"]),
                first=model.metric,
                second=human,
                tau=found.tau,
                truth=str(truth[found.row]),
                predicted=str(row["predicted"]),
            )


def _pair(material: Material, human: str, signs: Signs) -> tuple[Panel, Panel]:
    """Return the panels of fidelity and of a human-centric metric, controls left out."""
    model = material.fidelity or human
    return material.panel(model, signs).contestants(), material.panel(human, signs).contestants()


def _headlines(material: Material) -> list[str]:
    return [key for key in HEADLINES if key in material.human and material.fidelity]


def _subgroups(material: Material) -> Iterator[Subgroups]:
    kinds: dict[str, Names] = {
        "class": material.table.texts("truth"),
        "answer": _answers(material),
        "size": size_groups(material.table.slices["region_share"].to_numpy(dtype=float)),
    }
    for key in material.plain_metrics:
        for kind, names in kinds.items():
            groups = by_group(material.panel(key), names, material.draws, material.seed)
            if len(groups) > 1:
                yield Subgroups(kind, key, groups)  # type: ignore[arg-type]


def _verdicts(
    material: Material, paper: tuple[Accuracy, ...]
) -> tuple[tuple[Verdict, ...], tuple[Verdict, ...]]:
    """Return what the cohort says of the paper's findings, and of each estimator's signs."""
    how = material.draws, material.seed
    scored = [key for key in (material.fidelity, *_headlines(material)) if key]
    contests = [paper[0].contest(*how)] if paper else []
    contests += [Contest.by_scores(material.panel(key).contestants(), *how) for key in scored]
    both = "both" in material.choices
    throughout = [absolute_beats_signed_throughout(c) for c in contests if both]
    leading = [leads(c, LEADER) for c in contests if LEADER in c.estimators]
    panels = {key: material.panel(key) for key in scored}
    first = panels.get(material.fidelity or "")
    differing = [
        rankings_disagree(first, panels[key], *how)
        for key in _headlines(material)
        if first is not None
    ]
    signs = [verdict for c in contests if both for verdict in absolute_beats_signed(c)]
    return (*throughout, *leading, *differing), tuple(signs)


def _undefined(material: Material) -> Iterator[Undefined]:
    for row in material.table.undefined().itertuples(index=False):
        yield Undefined(str(row.estimator), str(row.metric), str(row.why), int(row.scores))
