"""From the phantoms' results to what agrees with the truth."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path

import numpy as np

from ctviz.cohort.analysis.findings import MetricRanking, Ranked, Signs, Undefined
from ctviz.cohort.files import read_json
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.statistics import (
    Panel,
    friedman,
    interval_of_mean,
    rank_agreement,
    rank_frequencies,
    standings,
)
from ctviz.cohort.statistics.patients import Names
from ctviz.cohort.tables.score_table import ScoreTable, entrant
from ctviz.cohort.tables.study_data import ranked
from ctviz.cohort.truth.findings import MetricTruth, PartEffect, TruthFindings, TruthSubject
from ctviz.cohort.truth.plan import TruthStudy
from ctviz.core import SIGNS
from ctviz.truth import MEASURES, SCENES, Judgement, Measure
from ctviz.truth.agreement_with_truth import has_effect


def analyse_truth(
    folder: Path, study: TruthStudy, scene: str, judged: Sequence[Judgement]
) -> TruthFindings:
    """Return what a finished run found, given what is true of each phantom in the table."""
    table = ScoreTable.read(StudyFolder(folder).scores_parquet)
    phantoms = table.texts("patient")
    truth = {name: _panel(study, phantoms, judged, name) for name in MEASURES}
    choices: tuple[Signs, ...] = study.signs if len(study.signs) == 1 else ("both", *study.signs)
    scored = {key: table.panel(key, study.signs) for key in study.metrics}
    return TruthFindings(
        subject=_subject(folder, study, scene, table),
        entrants=truth[next(iter(truth))].entrants,
        metrics=tuple(map(_as_ranked, MEASURES.values())),
        rankings=tuple(
            _ranking(study, panel, signs) for panel, signs in product(truth.values(), choices)
        ),
        judged=tuple(ranked(key, study) for key in study.metrics),
        trust=tuple(_trust(truth, scored, choices)),
        parts=tuple(sorted(_part_effects(judged), key=lambda each: -abs(each.mean))),
        undefined=tuple(_undefined(study, judged)),
        draws=study.draws,
        seed=study.seed,
    )


def _subject(folder: Path, study: TruthStudy, scene: str, table: ScoreTable) -> TruthSubject:
    return TruthSubject(
        name=study.name,
        digest=study.digest,
        model=study.model,
        scene=scene,
        explained=SCENES[scene].explained,
        phantoms=len(table.slices),
        failed=len(read_json(StudyFolder(folder).failures) or ()),
        correct=int(table.slices["correct"].astype(bool).sum()),
    )


def _panel(study: TruthStudy, phantoms: Names, judged: Sequence[Judgement], name: str) -> Panel:
    """Return what one measure says of every entrant on every phantom."""
    place, measure = list(MEASURES).index(name), MEASURES[name]
    return Panel(
        np.array([each.values[:, :, place].ravel() for each in judged]),
        phantoms,
        tuple(entrant(e, s) for e, s in product(study.estimators, study.signs)),
        measure.better,
        name,
        measure.bounds,
    )


def _of_signs(panel: Panel, signs: Signs) -> Panel:
    wanted = SIGNS if signs == "both" else (signs,)
    return panel.select([each for each in panel.entrants if each.sign in wanted])


def _ranking(study: TruthStudy, panel: Panel, signs: Signs) -> MetricRanking:
    part, how = _of_signs(panel, signs), (study.draws, study.seed)
    return MetricRanking(
        metric=panel.metric,
        signs=signs,
        standings=standings(part, *how),
        frequencies=rank_frequencies(part, *how),
        friedman=friedman(part),
        pairs=(),
    )


def _trust(
    truth: Mapping[str, Panel],
    scored: Mapping[str, Panel],
    choices: Sequence[Signs],
) -> Iterator[MetricTruth]:
    """Yield how alike every metric and every measure of the truth rank the entrants."""
    for (key, by_metric), (name, by_truth) in product(scored.items(), truth.items()):
        for signs, controls in product(choices, (True, False)):
            pair = [_of_signs(panel, signs) for panel in (by_truth, by_metric)]
            if not controls:
                pair = [panel.without_controls() for panel in pair]
            ranks = rank_agreement(pair[0], pair[1])
            yield MetricTruth(key, name, signs, controls, ranks)


def _part_effects(judged: Sequence[Judgement]) -> Iterator[PartEffect]:
    names = list(dict.fromkeys(part for each in judged for part in each.effects.parts))
    effects, pixels, matters = (np.full((len(judged), len(names)), np.nan) for _ in range(3))
    for n, each in enumerate(judged):
        places = [names.index(part) for part in each.effects.parts]
        effects[n, places] = each.effects.scores
        matters[n, places] = has_effect(each.effects.scores)
        pixels[n, places] = each.pixels
    for p, name in enumerate(names):
        seen, mean = int(np.sum(~np.isnan(effects[:, p]))), float(np.nanmean(effects[:, p]))
        yield PartEffect(
            part=name,
            phantoms=seen,
            mean=mean,
            interval=interval_of_mean(effects[:, p]),
            matters=float(np.nanmean(matters[:, p])),
            pixels=float(np.nanmean(pixels[:, p])),
        )


def _undefined(study: TruthStudy, judged: Sequence[Judgement]) -> Iterator[Undefined]:
    """Yield how often each estimator has no value by each measure, and why."""
    counts: Counter[tuple[str, str, str]] = Counter()
    for each in judged:
        for (e, _, t), why in np.ndenumerate(each.whys):
            if why:
                counts[list(study.estimators)[e], list(MEASURES)[t], str(why)] += 1
    for (estimator, measure, reason), scores in counts.items():
        yield Undefined(estimator, measure, reason, scores)


def _as_ranked(measure: Measure) -> Ranked:
    low, high = measure.bounds
    return Ranked(
        key=measure.name,
        title=measure.title,
        summary=measure.summary,
        better=measure.better,
        bounds=(low, high),
        agreement=False,
        variant=False,
    )
