"""Judge the metrics themselves: noise should not move them, and nonsense should.

try:
  python -m benchmarks.metric_trust
  python -m benchmarks.metric_trust --quick --slices 8 --only auroc fidelity
  python -m benchmarks.metric_trust --truth FOLDER

Writes ``ctviz/metrics/trust.json``, which the product reads, and ``docs/metric-trust.md``. With
--only, metrics that are not measured anew keep their figures. --truth measures nothing: it adds
from a finished ``ctviz truth`` how alike each metric and causal truth rank the estimators.
"""

import argparse
import copy
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.judgement import Judgement
from ctviz.backend.cases.demo import DemoPatient
from ctviz.backend.tasks.behaviour import Asking
from ctviz.cohort.truth import TruthFindings, load_truth_findings
from ctviz.core import CtvizError, FloatMap, Mask, Prior, Score, Sign, Slice, Value, signed_view
from ctviz.core.settings import PROJECT
from ctviz.estimators import ESTIMATORS, explain
from ctviz.metrics import (
    METRICS,
    AgreementMetric,
    BehaviourMetric,
    CorrectedMetric,
    FidelityMetric,
    MapMetric,
    Metric,
    RecordMetric,
)
from ctviz.metrics.resemblance import rank_correlation, visible
from ctviz.metrics.trust import (
    AGREES,
    FEWEST,
    FILE,
    NOTICED,
    ORDERED,
    STEADY,
    TOLD_APART,
    TREMBLE,
    MetricTrust,
    TruthRanking,
)
from ctviz.models import Classifier, load_model
from ctviz.models.randomising import randomised
from ctviz.regions import Segmentation, segment, xrai

DATA, PAGE = PROJECT / "ctviz" / "metrics" / FILE, PROJECT / "docs" / "metric-trust.md"
MODEL = "contrast-small"

CONTESTANTS: Mapping[str, Mapping[str, Value]] = {
    "gradient": {},
    "smoothgrad": {"samples": 8},
    "smoothgrad-squared": {"samples": 8},
    "integrated-gradients": {"steps": 8},
    "grad-cam": {},
    "hirescam": {},
}
"""Estimators whose maps depend on slice and network."""

SIGNED = (
    "faithfulness-correlation",
    "faithfulness-estimate",
    "infidelity",
    "monotonicity",
    "random-logit",
    "sensitivity-n",
)
"""Metrics to which the sign matters: they hold sums of importance against changes of the answer,
or, `random-logit`, hold maps of two classes together, one of which may be the other turned round.
For all others maps are read as absolute values: a map that is worse than chance as it should be
would rightly gain by being broken."""

QUICK: Mapping[str, Mapping[str, Value]] = {
    **{name: {"step": 0.2} for name in ("fidelity", "deletion", "insertion", "logit-fidelity")},
    "road": {"step": 0.2},
    "infidelity": {"samples": 20},
    "sensitivity-n": {"samples": 4},
    "monotonicity": {"groups": 8},
    "faithfulness-correlation": {"samples": 20},
    "faithfulness-estimate": {"along": 6},
    "effective-complexity": {"step": 0.2},
    "irof": {"along": 5},
    "region-perturbation": {"along": 5},
    **{
        name: {"samples": 2}
        for name in (
            "max-sensitivity",
            "local-lipschitz",
            "relative-input-stability",
            "relative-output-stability",
            "relative-representation-stability",
        )
    },
    "smprt": {"stages": 2, "samples": 2},
    "seed-stability": {"draws": 1},
    "randomisation": {"stages": 2},
}
"""Coarser settings that cost about a tenth."""

MINOR_INPUT, MINOR_MODEL = 0.005, 0.001
"""Uniform noise on a pixel as a share of the window, 3 HU; relative noise on a weight."""

ALIKE = 0.5
"""A broken map whose pixels are ranked so much like the right one's is not counted: what the map
does not show no metric can notice."""

MILLIONTH = 1e-6
FIRST_PHANTOM = 301
"""None of the demo cohort's patients."""
OTHERS = range(401, 413)
"""Phantoms whose mean mask says where hearts usually are; none of them is judged on."""

ENTRANTS = tuple(ESTIMATORS[name].from_settings(s) for name, s in CONTESTANTS.items())


def sign_of(metric: Metric) -> Sign:
    """Return how maps are read for a metric."""
    return "signed" if metric.name in SIGNED else "absolute"


@cache
def prior_of(shape: tuple[int, int]) -> Prior:
    """Return where other phantoms have heart and great vessels, on a grid (H, W)."""
    masks = [DemoPatient(number).examine(1, shape[0]).heart_and_vessels[0] for number in OTHERS]
    return Prior.of([mask.astype(np.float64) for mask in masks], shape)


@dataclass(frozen=True, eq=False)
class Judge:
    """Scores one slice's maps by metrics of any kind: the metrics' `Evaluator`.

    Parameters
    ----------
    maps
        (h, w) for each entrant, signed; None where its estimator refused.
    """

    image: Slice
    mask: Mask
    x: Tensor
    classifier: Classifier
    target: int
    maps: Sequence[FloatMap | None]

    def against_region(self, metric: AgreementMetric) -> list[Score | None]:
        """Compare each map with the anatomy."""
        shown = [self._shown(metric, values) for values in self.maps]
        spacing = self.image.spacing_mm
        return [None if each is None else metric(each, self.mask, spacing) for each in shown]

    def against_others(self, metric: CorrectedMetric) -> list[Score | None]:
        """Compare each map with the anatomy, corrected by that of others."""
        shown, prior = (
            [self._shown(metric, values) for values in self.maps],
            prior_of(self.mask.shape),
        )
        return [None if each is None else metric(each, self.mask, prior) for each in shown]

    def _shown(
        self, metric: AgreementMetric | CorrectedMetric, values: FloatMap | None
    ) -> FloatMap | None:
        if values is None:
            return None
        if metric.reads == "region map":
            native = xrai(signed_view(values, sign_of(metric)), self.regions)
            return self.classifier.decode_levels(native, self.image)
        return signed_view(self.classifier.decode(values, self.image), sign_of(metric))

    @cached_property
    def regions(self) -> Segmentation:
        """The slice's own regions."""
        return segment(self.x[0, 0].numpy())

    def against_model(self, metric: FidelityMetric) -> list[Score | None]:
        """Ask the network of all maps together."""

        def classify(images: NDArray[np.float32]) -> NDArray[np.float64]:
            return self.classifier.probabilities(torch.from_numpy(images))[:, self.target]

        sign = sign_of(metric)
        known = [signed_view(values, sign) for values in self.maps if values is not None]
        found = iter(metric.curves_many(known, self.x.numpy(), classify))
        return [None if values is None else next(found).score for values in self.maps]

    def against_estimator(self, metric: BehaviourMetric) -> list[Score | None]:
        """Ask each estimator again."""
        found, sign = list[Score | None](), sign_of(metric)
        for estimator, values in zip(ENTRANTS, self.maps, strict=True):
            again = Asking(estimator, self.classifier, self.x, self.target, sign)
            x = self.x.numpy()
            found.append(None if values is None else metric(signed_view(values, sign), x, again))
        return found

    def of_map(self, metric: MapMetric) -> list[Score | None]:
        """Look at each map alone."""
        sign = sign_of(metric)
        return [None if v is None else metric(signed_view(v, sign)) for v in self.maps]

    def of_record(self, metric: RecordMetric) -> list[Score | None]:  # noqa: ARG002
        """Judge no stopwatch."""
        return [None] * len(self.maps)

    def scores(self, metric: Metric) -> NDArray[np.float64]:
        """Return the scores (E,), higher is better; NaN where one is undefined."""
        found = metric.evaluated_by(self)
        values = [np.nan if s is None or s.value is None else s.value for s in found]
        return np.asarray(values) * (1 if metric.better == "higher" else -1)


def maps_of(classifier: Classifier, x: Tensor, target: int) -> list[FloatMap | None]:
    """Return each entrant's signed map (h, w); None where the estimator refuses."""
    made: list[FloatMap | None] = []
    for estimator in ENTRANTS:
        try:
            made += explain(
                classifier.network, x, target, [estimator], references=classifier.references
            )
        except CtvizError:
            made.append(None)
    return made


def with_noise(classifier: Classifier, generator: torch.Generator) -> Classifier:
    """Return a copy of a classifier each of whose weights is a little off."""
    network = copy.deepcopy(classifier.network)
    with torch.no_grad():
        for weight in network.parameters():
            weight *= 1 + MINOR_MODEL * torch.randn(weight.shape, generator=generator)
    return replace(classifier, network=network)


def judged(
    classifier: Classifier, metrics: Mapping[str, Metric], number: int, found: dict[str, Judgement]
) -> None:
    """Add a phantom's slice to what was found of each metric."""
    phantom = DemoPatient(number).examine(1, 256)
    image = Slice(phantom.hounsfield[0], phantom.spacing_mm)
    chance = torch.Generator().manual_seed(number)
    x = classifier.encode(image)
    target = classifier.predict(image).target
    near = (x + MINOR_INPUT * (2 * torch.rand(x.shape, generator=chance) - 1)).clamp(0, 1)
    ruined = torch.rand(x.shape, generator=chance)
    alike = with_noise(classifier, chance)
    forgetful = replace(classifier, network=randomised(classifier.network, 1.0, number, x))
    for other, given in ((classifier, near), (alike, x)):
        # Noise that changes the answer is not minor.
        assert other.probabilities(given)[0].argmax() == target

    def judge(on: Classifier, given: Tensor, maps: Sequence[FloatMap | None]) -> Judge:
        return Judge(image, phantom.heart_and_vessels[0], given, on, target, maps)

    own = maps_of(classifier, x, target)
    changes = {
        "millionth": judge(classifier, x, [_trembling(each, number) for each in own]),
        "minor input": judge(classifier, near, maps_of(classifier, near, target)),
        "minor model": judge(alike, x, maps_of(alike, x, target)),
        "broken input": judge(classifier, x, _unlike(own, maps_of(classifier, ruined, target), x)),
        "broken model": judge(classifier, x, _unlike(own, maps_of(forgetful, x, target), x)),
    }
    for name, metric in metrics.items():
        judgement = found.setdefault(name, Judgement())
        judgement.before.append(judge(classifier, x, own).scores(metric))
        for change, by in changes.items():
            judgement.after.setdefault(change, []).append(by.scores(metric))


def _unlike(
    own: Sequence[FloatMap | None], broken: Sequence[FloatMap | None], x: Tensor
) -> list[FloatMap | None]:
    """Return the broken maps, without those that still resemble the right ones."""
    shown = visible(x.numpy())

    def resembles(right: FloatMap | None, other: FloatMap | None) -> bool:
        if right is None or other is None:
            return True
        views = [signed_view(each, "absolute")[shown] for each in (right, other)]
        return rank_correlation(*views) >= ALIKE

    return [None if resembles(a, b) else b for a, b in zip(own, broken, strict=True)]


def _trembling(values: FloatMap | None, seed: int) -> FloatMap | None:
    if values is None:
        return None
    noise = np.random.default_rng(seed).standard_normal(values.shape)
    return (values + MILLIONTH * np.abs(values).max() * noise).astype(np.float32)


def rankings(found: TruthFindings) -> dict[str, TruthRanking]:
    """Return how each metric ranks beside the truth, controls and all signs included."""
    measure, signs = found.metrics[0].key, found.rankings[0].signs
    own = (t for t in found.trust if (t.measure, t.signs, t.controls) == (measure, signs, True))
    return {
        each.metric: TruthRanking(
            round(each.ranks.tau, 3),
            round(each.ranks.interval.low, 3),
            round(each.ranks.interval.high, 3),
            found.subject.phantoms,
        )
        for each in own
        if each.ranks.tau is not None and each.ranks.interval is not None
    }


def write(made: Mapping[str, object], metrics: Mapping[str, MetricTrust]) -> None:
    """Write the data and the page."""
    document = {"made": made, "metrics": {name: asdict(metrics[name]) for name in sorted(metrics)}}
    DATA.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(_page(made, metrics), encoding="utf-8")


COLUMNS = ["Steady", "Ordered", "Noticed", "Apart", "Tremble", "Truth", "Defined", "Slices"]


def _page(made: Mapping[str, object], metrics: Mapping[str, MetricTrust]) -> str:
    rows = [
        f"| Metric | Passes | {' | '.join(COLUMNS)} |",
        f"| --- | --- |{' ---: |' * len(COLUMNS)}",
        *(_row(name, metrics[name]) for name in sorted(metrics)),
    ]
    return INTRODUCTION.format(
        **made,
        signed=f"{', '.join(SIGNED[:-1])} and {SIGNED[-1]}",
        steady=STEADY,
        ordered=ORDERED,
        noticed=NOTICED,
        apart=TOLD_APART,
        tremble=TREMBLE,
        fewest=FEWEST,
        agrees=AGREES,
        table="\n".join(rows),
    )


def _row(name: str, trust: MetricTrust) -> str:
    figures = (trust.steady, trust.ordered, trust.noticed, trust.told_apart)
    shown = ["–" if figure is None else f"{figure:.2f}" for figure in figures]
    tremble = "–" if trust.tremble is None else f"{trust.tremble:.1g}"
    truth = "–" if trust.truth is None else str(trust.truth)
    passes = "yes" if trust.passes else f"no: {'; '.join(trust.faults)}"
    cells = [f"`{name}`", passes, *shown, tremble, truth, f"{trust.defined:.0%}", str(trust.slices)]
    return f"| {' | '.join(cells)} |"


INTRODUCTION = """\
# How far the metrics are to be trusted

Made by `{command}` with ctviz {version} and `{model}`, on slices of phantoms that no model was
trained on. A study names a winner only by metrics that pass.

Each metric scores the maps of six estimators, and again after something has changed, after Hedström
et al., TMLR 2023, arXiv:2302.07265. All figures are of the worse of two changes, one of the slice
and one of the network. Maps are read as absolute values; as they are only for {signed}, which need
the sign.

- *Steady*: minor noise (3 HU on every pixel; a thousandth on every weight) changes nothing that
  matters. 1 minus how far a score moves, in units of how far two estimators are apart. Enough is
  {steady}.
- *Ordered*: the share of pairs of estimators that keep their order under the same noise. Enough is
  {ordered}.
- *Noticed*: a map that was made for noise in place of the slice, or by a network that has forgotten
  all that it learnt, does not belong to this slice and this network, and should score worse. 1
  minus the p-value of Wilcoxon's signed-rank test over the slices, averaged over the
  estimators. Enough is {noticed}.
- *Told apart*: the share of such maps that score worse than the right ones. Enough is {apart}.
- *Tremble*: how far noise of a millionth of the map, which nobody sees, moves a score, in units of
  the distance of two estimators. At most {tremble}: half of what lies between neighbours among the
  30 entrants of the usual study, if they lie evenly. (A first limit of 0.01 had no such reason.
  Fidelity did not meet it: pixels that tie are ordered by chance, and noise draws anew.)
- *Truth*: Kendall's τ of the metric's ranking of estimators and that by causal truth, where it is
  known, with its 95 % interval over phantoms ([how it is known](truth.md)). Enough is {agrees}, and
  a metric fails whose whole interval lies below.
- *Defined*: the share of scores that are defined. *Slices*: each is of another phantom; fewer than
  {fewest} decide nothing.

A metric that draws its scores at random reaches 0, ½, ½ and ½ of the first four, and one that
gives all maps the same score has no distance between entrants to be measured in. Enough is half
way from there to perfect. MetaQuantus averages its four figures; here each must suffice, for a
metric that never moves would make up for never noticing. Its intra-consistency under noise is a
p-value, which falls with the number of slices however little a score moves; a share of the
distance between estimators does not. A broken map that still resembles the right one, rank
correlation ½ or more, is not counted: integrated gradients, say, follow the image's bright parts
on any network, and what a map does not show no metric can notice.

What passes here does not thereby say the right thing: `centre`, a blob in the middle, agrees well
with hearts by metrics that pass, and entropy and sparseness pass because these estimators scatter
on noise, which does not make a gathered map a right one. Metrics that are near a limit may fall on
the other side of it on other slices. What an estimator's own run says (its seconds, its
completeness gap) is no judgement of a map and is not judged.

{table}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slices", type=int, default=24, help="each of another phantom")
    parser.add_argument(
        "--quick", action="store_true", help="coarser settings, a tenth of the time"
    )
    parser.add_argument("--only", nargs="+", default=[], help="these metrics")
    parser.add_argument("--truth", type=Path, help="folder of a finished `ctviz truth`")
    arguments = parser.parse_args()
    kept = json.loads(DATA.read_text("utf-8")) if DATA.exists() else {"metrics": {}, "made": {}}
    known = {name: MetricTrust.of(figures) for name, figures in kept["metrics"].items()}
    if arguments.truth:
        taus = rankings(load_truth_findings(arguments.truth))
        write(kept["made"], {n: replace(t, truth=taus.get(n, t.truth)) for n, t in known.items()})
        return
    wanted = arguments.only or [
        n for n, cls in METRICS.items() if not issubclass(cls, RecordMetric)
    ]
    settings = QUICK if arguments.quick else {}
    metrics = {name: METRICS[name].from_settings(settings.get(name, {})) for name in wanted}
    said = ["python -m benchmarks.metric_trust", *(["--quick"] if arguments.quick else [])]
    torch.set_num_threads(1)
    classifier, found = load_model(PROJECT / "models" / MODEL), dict[str, Judgement]()
    began = time.monotonic()
    for done in range(arguments.slices):
        judged(classifier, metrics, FIRST_PHANTOM + done, found)
        made = {
            "command": " ".join(said),
            "version": version("ctviz"),
            "model": MODEL,
        }
        now = {name: found[name].trust(metrics[name]) for name in metrics}
        truths = {n: t.truth for n, t in known.items()}
        write(made, known | {n: replace(t, truth=truths.get(n)) for n, t in now.items()})
        seconds = time.monotonic() - began
        sys.stderr.write(f"{done + 1} of {arguments.slices} slices after {seconds:.0f} s.\n")


if __name__ == "__main__":
    main()
