"""How the ranking changes with choices that are easily made without a thought."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import numpy as np

from ctviz.cohort.analysis.fill_ranges import coarser, in_steps_of, other_fills
from ctviz.cohort.analysis.findings import Sensitivity
from ctviz.cohort.plan import metric_name
from ctviz.cohort.statistics import Panel, rank_agreement, rank_moves
from ctviz.cohort.tables.study_data import CHOSEN_DICE, StudyData

COARSER = (2, 4, 8)
"""Every how many points of a removal curve are kept."""

FIXED_SHARES = (0.05, 0.1, 0.2)
"""Of the image, kept for Dice."""


def sensitivities(study_data: StudyData) -> tuple[Sensitivity, ...]:
    """Return what fill, step, sign and share kept do to the ranking."""
    return (*_fills(study_data), *_steps(study_data), *_signs(study_data), *_shares(study_data))


def _fills(study_data: StudyData) -> Iterator[Sensitivity]:
    """Compare variants with another fill, at equal steps where the curves allow it."""
    for usual, other in other_fills(study_data):
        fills = tuple(str(study_data.study.metrics[key].get("fill")) for key in (usual, other))
        panel = in_steps_of(study_data, usual, other) or study_data.panel(usual)
        panels = panel, study_data.panel(other)
        yield _compared(("fill", usual), (fills[0], fills[1]), panels)


def _steps(study_data: StudyData) -> Iterator[Sensitivity]:
    for key in study_data.curves.removals:
        if key != metric_name(key):
            continue
        step = float(study_data.study.metrics[key]["step"])
        for every in COARSER:
            panel = coarser(study_data, key, every)
            if panel is not None:
                words = f"{step:.1%}", f"{step * every:.1%}"
                yield _compared(("step", key), words, (study_data.panel(key), panel))


def _signs(study_data: StudyData) -> Iterator[Sensitivity]:
    if "both" not in study_data.choices:
        return
    for key in study_data.plain_metrics:
        signed, absolute = study_data.panel(key, "signed"), study_data.panel(key, "absolute")
        renamed = tuple(replace(each, sign="absolute") for each in signed.entrants)
        panels = replace(signed, entrants=renamed), absolute
        yield _compared(("sign", key), ("signed", "absolute"), panels)


def _shares(study_data: StudyData) -> Iterator[Sensitivity]:
    if study_data.kept is None:
        return
    usual = study_data.panel("dice")
    own = "the region's own share"
    chosen = study_data.panel(CHOSEN_DICE)
    yield _compared(("share", "dice"), (own, "chosen on other patients"), (usual, chosen))
    shares = study_data.curves.grids["dice"]
    for share in FIXED_SHARES:
        place = int(np.argmin(np.abs(shares - share)))
        panel = study_data.of_values(study_data.curves.at("dice", place), "dice")
        yield _compared(("share", "dice"), (own, f"{share:.0%}"), (usual, panel))


def _compared(
    what: tuple[Literal["fill", "step", "sign", "share"], str],
    words: tuple[str, str],
    panels: tuple[Panel, Panel],
) -> Sensitivity:
    usual, other = (panel.without_controls() for panel in panels)
    kind, metric = what
    return Sensitivity(
        kind=kind,
        metric=metric,
        usual=words[0],
        other=words[1],
        ranks=rank_agreement(usual, other),
        moves=rank_moves(usual, other),
    )
