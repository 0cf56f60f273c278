"""How the ranking changes with choices that are easily made without a thought."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import numpy as np

from ctviz.cohort.analysis.findings import Sensitivity
from ctviz.cohort.plan import metric_name
from ctviz.cohort.statistics import Panel, rank_agreement, rank_moves
from ctviz.cohort.tables.study_data import CHOSEN_DICE, Material

COARSER = (2, 4, 8)
"""Every how many points of a removal curve are kept."""

FIXED_SHARES = (0.05, 0.1, 0.2)
"""Of the image, kept for Dice."""


def sensitivities(material: Material) -> tuple[Sensitivity, ...]:
    """Return what fill, step, sign and share kept do to the ranking."""
    return (*_fills(material), *_steps(material), *_signs(material), *_shares(material))


def _fills(material: Material) -> Iterator[Sensitivity]:
    """Compare variants with another fill, at equal steps where the curves allow it."""
    for key, settings in material.study.metrics.items():
        base = metric_name(key)
        usual = material.study.metrics.get(base)
        if key == base or usual is None or settings.get("fill") == usual.get("fill"):
            continue
        ratio = float(settings.get("step", 1)) / float(usual.get("step", 1))
        every = round(ratio) if np.isclose(ratio, round(ratio)) else 1
        panel = _coarser(material, base, every) or material.panel(base)
        fills = str(usual.get("fill")), str(settings.get("fill"))
        yield _compared(material, ("fill", base), fills, (panel, material.panel(key)))


def _steps(material: Material) -> Iterator[Sensitivity]:
    for key in material.curves.removals:
        if key != metric_name(key):
            continue
        step = float(material.study.metrics[key]["step"])
        for every in COARSER:
            panel = _coarser(material, key, every)
            if panel is not None:
                words = f"{step:.1%}", f"{step * every:.1%}"
                yield _compared(material, ("step", key), words, (material.panel(key), panel))


def _signs(material: Material) -> Iterator[Sensitivity]:
    if "both" not in material.choices:
        return
    for key in material.plain_metrics:
        signed, absolute = material.panel(key, "signed"), material.panel(key, "absolute")
        renamed = tuple(replace(each, sign="absolute") for each in signed.entrants)
        panels = replace(signed, entrants=renamed), absolute
        yield _compared(material, ("sign", key), ("signed", "absolute"), panels)


def _shares(material: Material) -> Iterator[Sensitivity]:
    if material.kept is None:
        return
    usual = material.panel("dice")
    own = "the region's own share"
    chosen = material.panel(CHOSEN_DICE)
    yield _compared(material, ("share", "dice"), (own, "chosen on other patients"), (usual, chosen))
    shares = material.curves.grids["dice"]
    for share in FIXED_SHARES:
        place = int(np.argmin(np.abs(shares - share)))
        panel = material.of_values(np.asarray(material.curves["dice"][:, :, place]), "dice")
        yield _compared(material, ("share", "dice"), (own, f"{share:.0%}"), (usual, panel))


def _compared(
    material: Material,
    what: tuple[Literal["fill", "step", "sign", "share"], str],
    words: tuple[str, str],
    panels: tuple[Panel, Panel],
) -> Sensitivity:
    usual, other = (panel.contestants() for panel in panels)
    kind, metric = what
    return Sensitivity(
        kind=kind,
        metric=metric,
        usual=words[0],
        other=words[1],
        ranks=rank_agreement(usual, other, material.draws, material.seed),
        moves=rank_moves(usual, other, material.draws, material.seed),
    )


def _coarser(material: Material, key: str, every: int) -> Panel | None:
    """Return fidelity with ``every`` times the step, from the same curves, if they have it."""
    if key not in material.curves.removals:
        return None
    shares = material.curves.grids[f"shares {key}"]
    if (len(shares) - 1) % every or every >= len(shares) - 1:
        return None
    mif, lif = (np.asarray(material.curves[f"{o} {key}"][..., ::every]) for o in ("mif", "lif"))
    area = np.trapezoid(lif - mif, shares[::every], axis=-1)
    return material.of_values(np.where(material.panel(key).defined, area, np.nan), key)
