"""From the table and the curves of a study to its findings."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ctviz.cohort.analysis.cohort_accuracy import accuracies, accuracy_comparison
from ctviz.cohort.analysis.fill_ranges import fill_ranges
from ctviz.cohort.analysis.findings import (
    DiceCurves,
    Disputed,
    Findings,
    MeanRoc,
    MetricAgreement,
    MetricRanking,
    Signs,
    StudySubject,
    Subgroups,
    Undefined,
)
from ctviz.cohort.analysis.sensitivity import sensitivities
from ctviz.cohort.headlines import HEADLINES
from ctviz.cohort.run.units import cohort_title, reference_region
from ctviz.cohort.statistics import (
    Panel,
    RankingComparison,
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
    signs_matter,
    size_groups,
    slice_agreement,
    standings,
    threshold_roc,
)
from ctviz.cohort.statistics.patients import Names
from ctviz.cohort.tables.study_data import CHOSEN_DICE, StudyData
from ctviz.core import Progress

LEADER = "smoothgrad-squared"
"""First by fidelity in the paper."""

DISPUTED = 20
RIGHT, WRONG = "correct", "wrong"


def analyse(folder: Path, progress: Progress | None = None) -> Findings:
    """Return what a finished run found."""
    study_data, checked = StudyData.of(folder), progress or Progress()
    rankings = []
    for ranked in study_data.metrics:
        checked.check()
        rankings += list(_rankings(study_data, ranked.key, variant=ranked.variant))
    accuracy = accuracies(study_data)
    checked.check()
    verdicts, sign_verdicts = _verdicts(study_data)
    return Findings(
        subject=_subject(study_data),
        entrants=study_data.table.entrants,
        metrics=study_data.metrics,
        rankings=tuple(rankings),
        accuracy=accuracy,
        roc=_roc(study_data),
        dice=_dice(study_data),
        agreements=tuple(_agreements(study_data)),
        disputed=tuple(_disputed(study_data)),
        sensitivity=sensitivities(study_data),
        fill_ranges=fill_ranges(study_data),
        subgroups=tuple(_subgroups(study_data)),
        verdicts=verdicts,
        sign_verdicts=sign_verdicts,
        undefined=tuple(_undefined(study_data)),
        draws=study_data.draws,
        seed=study_data.seed,
    )


def _subject(study_data: StudyData) -> StudySubject:
    study, slices = study_data.study, study_data.table.slices
    truth, target = study_data.table.texts("truth"), study_data.table.texts("target")
    classes, counts = np.unique(truth, return_counts=True)
    reader, label = reference_region(study)
    return StudySubject(
        name=study.name,
        digest=study.digest,
        cohort=cohort_title(study),
        model=study.model,
        reader=reader,
        label=label,
        slices=len(slices),
        patients=int(slices["patient"].nunique()),
        annotated=int(slices["region_share"].notna().sum()),
        failed=study_data.failed,
        classes=dict(zip(map(str, classes), map(int, counts), strict=True)),
        correct=int(np.sum(_answers(study_data) == RIGHT)),
        wrong=int(np.sum(_answers(study_data) == WRONG)),
        truth_explained=int(np.sum((truth != "") & (truth == target))),
    )


def _answers(study_data: StudyData) -> Names:
    """Return (N,) whether the model was right, empty where that is not known."""
    answers = study_data.table.slices["correct"].map({True: RIGHT, False: WRONG})
    texts: Names = answers.astype(object).fillna("").to_numpy(dtype=np.str_)
    return texts


def _rankings(study_data: StudyData, key: str, *, variant: bool) -> Iterator[MetricRanking]:
    how = study_data.draws, study_data.seed
    for signs in study_data.choices:
        panel = study_data.panel(key, signs)
        yield MetricRanking(
            metric=key,
            signs=signs,
            standings=standings(panel, *how),
            frequencies=rank_frequencies(panel, *how),
            friedman=friedman(panel),
            pairs=() if variant else pairwise(panel),
        )


def _roc(study_data: StudyData) -> MeanRoc | None:
    if "tpr" not in study_data.curves:
        return None
    rates = (study_data.curves.by_entrant(name) for name in ("tpr", "fpr"))
    parts = [_roc_of(study_data, tpr, fpr) for tpr, fpr in zip(*rates, strict=True)]
    return MeanRoc(
        tpr=np.concatenate([part.tpr for part in parts]),
        fpr=np.concatenate([part.fpr for part in parts]),
        heights=np.concatenate([part.heights for part in parts]),
        areas=np.concatenate([part.areas for part in parts]),
        height_intervals=tuple(part.height_intervals[0] for part in parts),
        area_intervals=tuple(part.area_intervals[0] for part in parts),
        defined=tuple(part.defined[0] for part in parts),
    )


def _roc_of(study_data: StudyData, tpr: np.ndarray, fpr: np.ndarray) -> ThresholdRoc:
    return threshold_roc(tpr, fpr, study_data.patients, study_data.draws, study_data.seed)


def _dice(study_data: StudyData) -> DiceCurves | None:
    if study_data.kept is None:
        return None
    parts = [
        mean_curves(curves, study_data.patients, (0.0, 1.0))
        for curves in study_data.curves.by_entrant("dice")
    ]
    placed = standings(study_data.panel(CHOSEN_DICE), study_data.draws, study_data.seed)
    return DiceCurves(
        shares=study_data.curves.grids["dice"],
        mean=np.concatenate([part.mean for part in parts]),
        low=np.concatenate([part.low for part in parts]),
        high=np.concatenate([part.high for part in parts]),
        best_share=study_data.kept.best_share,
        in_sample=study_data.kept.in_sample,
        held_out=study_data.kept.held_out,
        intervals=tuple(standing.interval for standing in placed),
    )


def _agreements(study_data: StudyData) -> Iterator[MetricAgreement]:
    """Yield how alike fidelity and each human-centric metric rank the estimators."""
    for human in study_data.human if study_data.fidelity else ():
        for signs in study_data.choices:
            model, reader = _pair(study_data, human, signs)
            on_slices = slice_agreement(model, reader)
            yield MetricAgreement(
                first=model.metric,
                second=human,
                signs=signs,
                ranks=rank_agreement(model, reader),
                moves=rank_moves(model, reader),
                slice_mean=on_slices.mean,
                slice_interval=on_slices.interval,
            )


def _disputed(study_data: StudyData) -> Iterator[Disputed]:
    slices, truth = study_data.table.slices, study_data.table.texts("truth")
    for human in _headlines(study_data):
        model, reader = _pair(study_data, human, study_data.choices[0])
        worst = disagreements(model, reader, DISPUTED)
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


def _pair(study_data: StudyData, human: str, signs: Signs) -> tuple[Panel, Panel]:
    """Return the panels of fidelity and of a human-centric metric, controls left out."""
    model = study_data.fidelity or human
    by_model, by_human = (study_data.panel(key, signs) for key in (model, human))
    return by_model.without_controls(), by_human.without_controls()


def _headlines(study_data: StudyData) -> list[str]:
    return [key for key in HEADLINES if key in study_data.human and study_data.fidelity]


def _subgroups(study_data: StudyData) -> Iterator[Subgroups]:
    kinds: dict[str, Names] = {
        "class": study_data.table.texts("truth"),
        "answer": _answers(study_data),
        "size": size_groups(study_data.table.slices["region_share"].to_numpy(dtype=float)),
    }
    for key in study_data.plain_metrics:
        for kind, names in kinds.items():
            groups = by_group(study_data.panel(key), names, study_data.draws, study_data.seed)
            if len(groups) > 1:
                yield Subgroups(kind, key, groups)  # type: ignore[arg-type]


def _verdicts(
    study_data: StudyData,
) -> tuple[tuple[Verdict, ...], tuple[Verdict, ...]]:
    """Return what the cohort says of the paper's findings, and of each estimator's signs."""
    how = study_data.draws, study_data.seed
    scored = [key for key in (study_data.fidelity, *_headlines(study_data)) if key]
    by_accuracy = accuracy_comparison(study_data)
    comparisons = [] if by_accuracy is None else [by_accuracy]
    comparisons += [
        RankingComparison.by_scores(study_data.panel(key).without_controls(), *how)
        for key in scored
    ]
    both = "both" in study_data.choices
    throughout = [absolute_beats_signed_throughout(c) for c in comparisons if both]
    by_model = len(comparisons) - len(_headlines(study_data))
    matter = [signs_matter(c) for c in comparisons[:by_model] if both]
    leading = [leads(c, LEADER) for c in comparisons if LEADER in c.estimators]
    panels = {key: study_data.panel(key) for key in scored}
    first = panels.get(study_data.fidelity or "")
    differing = [
        rankings_disagree(first, panels[key]) for key in _headlines(study_data) if first is not None
    ]
    signs = [verdict for c in comparisons if both for verdict in absolute_beats_signed(c)]
    return (*throughout, *matter, *leading, *differing), tuple(signs)


def _undefined(study_data: StudyData) -> Iterator[Undefined]:
    for row in study_data.table.undefined().itertuples(index=False):
        yield Undefined(str(row.estimator), str(row.metric), str(row.why), int(row.scores))
