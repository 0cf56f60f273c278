"""A finished study whose scores are made up, written as a run writes it."""

import json
from dataclasses import dataclass

import numpy as np

from ctviz.cohort.analysis.analyse import analyse
from ctviz.cohort.analysis.findings import save_findings
from ctviz.cohort.controls import entrants_of
from ctviz.cohort.plan import CohortStudy
from ctviz.cohort.run.result import Context, UnitResult
from ctviz.cohort.tables.curve_table import write_curves
from ctviz.cohort.tables.score_table import write_tables

CLASSES = ("without contrast", "with contrast")
SHARES = np.linspace(0, 1, 41)
THRESHOLDS = 101
FAILURES = [{"case": "case-099", "slice_index": 3, "why": "The <file> is damaged."}]


@dataclass(frozen=True)
class Quality:
    """How good an estimator's maps are, for the model and for the reader, by sign."""

    model: float
    reader: float
    signed_loss: float = 0.3


def finished_study(folder, study, qualities, *, patients=12, slices=2):
    """Write a finished study and return its findings; estimators without a quality know nothing.

    Squared SmoothGrad is positive, so its signs score the same.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(study.seed)
    results = [
        _result(study, qualities, (f"P{p:03d}", f"case-{p:03d}", index), rng)
        for p in range(patients)
        for index in range(40, 40 + slices)
    ]
    (folder / "plan.toml").write_text(study.to_toml(), encoding="utf-8")
    (folder / "failures.json").write_text(json.dumps(FAILURES), encoding="utf-8")
    (folder / "units.json").write_text(json.dumps([]), encoding="utf-8")
    (folder / "environment.json").write_text(
        json.dumps(
            {
                "software": {"python": "3.11.0", "ctviz": "0.1.0", "torch": "2.13.0"},
                "machine": {"system": "Linux", "architecture": "x86_64", "device": "cpu"},
                "plan": study.digest,
                "seeds": {"statistics": study.seed, "smoothgrad": 0},
                "model": {
                    "id": study.model,
                    "classes": CLASSES,
                    "sha256": {"weights.safetensors": "ab" * 32},
                },
                "maps": "cd" * 32,
                "slices": [
                    {
                        "case": r.context.case,
                        "slice_index": r.context.slice_index,
                        "pixels": r.context.pixels,
                        "maps": dict(zip(r.estimators, r.maps, strict=True)),
                    }
                    for r in results
                ],
            }
        ),
        encoding="utf-8",
    )
    write_tables(folder, results)
    write_curves(folder, lambda: iter(results), len(results))
    findings = analyse(folder)
    save_findings(findings, folder)
    return findings


def study(**changes):
    """A plan with the paper's estimators and metrics that need no pixels to be made up."""
    plain = {
        "name": "made-up",
        "metrics": {
            "fidelity": {},
            "auroc": {},
            "dice": {},
            "fidelity@fill=blur": {"fill": "blur", "step": 0.1},
        },
    }
    return CohortStudy(**(plain | changes))


def _result(study, qualities, place, rng):
    patient, case, index = place
    estimators, signs, keys = entrants_of(study), study.signs, tuple(study.metrics)
    shape = len(estimators), len(signs)
    truth, wrong = CLASSES[int(patient[1:]) % 2], rng.random() < 0.1
    predicted = CLASSES[(CLASSES.index(truth) + wrong) % 2]
    context = Context(
        patient, case, index, study.model, truth, predicted,
        truth if study.target == "truth" else predicted,
        float(rng.uniform(0.02, 0.2)), f"{rng.integers(2**60):064x}",
    )  # fmt: skip
    model, reader = np.zeros(shape), np.zeros(shape)
    for e, name in enumerate(estimators):
        quality = qualities.get(name, Quality(0.0, 0.0))
        for s, sign in enumerate(signs):
            loss = quality.signed_loss if sign == "signed" and name != "smoothgrad-squared" else 0
            model[e, s] = quality.model - loss
            reader[e, s] = quality.reader - loss / 2
    if "smoothgrad-squared" in estimators:
        place = estimators.index("smoothgrad-squared")
    noise = rng.normal(0, 0.08, (2, *shape))
    if "smoothgrad-squared" in estimators:
        noise[:, place] = noise[:, place, :1]
    model, reader = np.clip(model + noise[0], -0.9, 0.9), np.clip(reader + noise[1], -0.9, 0.9)
    steepness = 3 * model[..., None]
    mif = 0.98 * np.exp(-(2 + steepness) * SHARES) + 0.02
    lif = 0.98 * np.exp(-np.maximum(2 - steepness, 0.05) * SHARES**3) + 0.02
    values = np.empty((*shape, len(keys)))
    curves, grids = {}, {"dice": SHARES}
    for m, key in enumerate(keys):
        if key.startswith("fidelity"):
            coarse = slice(None, None, round(study.metrics[key]["step"] / 0.025))
            shares = SHARES[coarse]
            values[..., m] = np.trapezoid((lif - mif)[..., coarse], shares)
            curves |= {f"mif {key}": mif[..., coarse], f"lif {key}": lif[..., coarse]}
            grids[f"shares {key}"] = shares
        else:
            values[..., m] = np.clip(0.5 + reader / 2, 0, 1)
    height = np.clip(0.3 + reader[..., None] / 2, 0.05, 0.95)
    curves["dice"] = height * np.exp(-((SHARES - 0.15) ** 2) / 0.02)
    rates = np.linspace(1, 0, THRESHOLDS)
    curves["fpr"] = np.broadcast_to(rates, (*shape, THRESHOLDS)).copy()
    curves["tpr"] = rates ** np.maximum(1 - reader[..., None], 0.05)
    values[-1, 0, keys.index("auroc")] = np.nan
    whys = np.where(np.isnan(values), "The map is the same everywhere.", "")
    maps = tuple(f"{rng.integers(2**60):064x}" for _ in estimators)
    return UnitResult(context, estimators, signs, keys, values, whys, curves, grids, maps)
