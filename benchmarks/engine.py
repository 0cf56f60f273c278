"""How close the engine comes to the network's own cost, and to what else one could use.

``python -m benchmarks.engine --help`` from the project's folder. Every ratio is a median of
paired repeats within one run.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import torch
from captum.attr import IntegratedGradients, NoiseTunnel, Saliency
from numpy.typing import NDArray
from torch import nn

from benchmarks.peak_memory import peak_in_a_new_process
from benchmarks.subject import ARCHITECTURES, LAYOUTS, Pass, Subject
from benchmarks.timing import Act, Goal, interleaved, machine, median, print_table
from benchmarks.xrai import compare_xrai
from ctviz.estimators import ESTIMATORS, Estimator, Passes, explain, passes
from ctviz.metrics import METRICS

PAPER = (
    "gradient",
    "deconvolution",
    "integrated-gradients",
    "integrated-gradients-bw",
    "expected-gradients",
    "smoothgrad",
    "smoothgrad-squared",
    "random",
)
NOISY = {"smoothgrad": "smoothgrad", "smoothgrad-squared": "smoothgrad_sq", "vargrad": "vargrad"}
"""Our estimators of one noise, and what captum's NoiseTunnel calls them."""

FEWEST_PASSES = 8
"""An estimator with as many passes is one that samples."""

AMOUNTS = ("samples", "steps", "positions", "masks", "features", "segments")
"""Hyperparameters that say how many passes there are."""

CAPTUM_BATCH = 4
FEW_SAMPLES, MANY_SAMPLES = 8, 64


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Parameters
    ----------
    samples
        Noisy copies, and steps on a path, where captum does the same.
    maps
        How many are scored, and ranked by regions, together.
    fidelity_step
        Share of the pixels that fidelity removes at a time.
    xrai_sizes
        Pixels along the sides of the images that are cut into regions.
    few
        Whether the estimators take few samples, to see that everything runs.
    """

    model: str
    size: int
    repeats: int
    samples: int = 50
    maps: int = 12
    fidelity_step: float = 0.025
    xrai_sizes: tuple[int, ...] = (224, 512)
    few: bool = False

    @cached_property
    def subject(self) -> Subject:
        """The network and the slice."""
        return Subject.of(self.model, self.size)

    @cached_property
    def gradient(self) -> Pass:
        """The fastest gradient pass."""
        return self.subject.fastest("gradient", repeats=self.repeats)

    @cached_property
    def forward(self) -> Pass:
        """The fastest forward pass."""
        return self.subject.fastest("forward", repeats=self.repeats)

    def estimator(self, name: str, **settings: float) -> Estimator:
        """Return an estimator, with few samples if this is a quick run."""
        cls = ESTIMATORS[name]
        wanted = {**dict.fromkeys(AMOUNTS, 2), **settings} if self.few else settings
        known = cls().settings()
        return cls.from_settings({name: wanted[name] for name in known if name in wanted})

    def explaining(self, *estimators: Estimator) -> Act:
        """Return the act of computing these maps together."""
        subject = self.subject
        return lambda: explain(subject.network, subject.x, subject.target, estimators)


def against_the_limit(plan: Plan) -> None:
    """Print what every sampling estimator costs, alone and the paper's eight together."""
    sampling = [name for name in ESTIMATORS if _work([ESTIMATORS[name]()]).total >= FEWEST_PASSES]
    sets = {ESTIMATORS[name].title: [plan.estimator(name)] for name in sampling}
    sets["the paper's eight together"] = [plan.estimator(name) for name in PAPER]
    acts = {title: plan.explaining(*estimators) for title, estimators in sets.items()}
    times = interleaved(
        {**acts, "gradient pass": plan.gradient.run, "forward pass": plan.forward.run},
        plan.repeats,
    )
    gradient = times["gradient pass"] / plan.gradient.images
    forward = times["forward pass"] / plan.forward.images
    goal = Goal("≤", 1.2)
    rows = []
    for title, estimators in sets.items():
        work = _work(estimators)
        limit = work.forward * forward + work.gradient * gradient
        ratio = median(times[title] / limit)
        count = f"{work.gradient} + {work.forward}"
        rows.append([title, count, median(times[title]), median(limit), ratio, goal.judge(ratio)])
    header = ["estimator", "gradients + forwards", "ctviz s", "limit s", "× limit", "goal"]
    print_table("Estimators against the limit", header, rows)
    fastest = f"{median(gradient) * 1000:.1f} ms an image, {plan.gradient.batch}"
    print(f"\nFastest gradient pass: {fastest}.")


def _work(estimators: list[Estimator]) -> Passes:
    """Return the distinct passes, without the one that checks the network."""
    counted = passes(estimators)
    return Passes(counted.forward - 1, counted.gradient)


def against_captum(plan: Plan) -> None:
    """Print how much faster the same samples are than captum's."""
    subject, n = plan.subject, plan.samples
    path = plan.estimator("integrated-gradients", steps=n)
    noisy = [plan.estimator(name, samples=n) for name in NOISY]
    captum = {layout: Captum(subject.in_layout(layout), subject, n) for layout in LAYOUTS}
    three, one = f"3 × SmoothGrad, {n} samples", f"integrated gradients, {n} steps"
    ours = {three: plan.explaining(*noisy), one: plan.explaining(path)}
    goals = {three: Goal("≥", 5), one: Goal("≥", 1.5)}
    rivals: dict[tuple[str, str], Act] = {}
    for layout, theirs in captum.items():
        rivals[three, f"NoiseTunnel, {layout} layout"] = theirs.noisy
        rivals[one, f"one batch, {layout} layout"] = theirs.path
        in_parts = partial(theirs.path, batch=CAPTUM_BATCH)
        rivals[one, f"batches of {CAPTUM_BATCH}, {layout} layout"] = in_parts
    times = interleaved(
        {**ours, **{rival: act for (_, rival), act in rivals.items()}}, plan.repeats
    )
    rows = []
    for what, rival in rivals:
        ratio = median(times[rival] / times[what])
        mine, other = median(times[what]), median(times[rival])
        rows.append([what, mine, rival, other, ratio, goals[what].judge(ratio)])
    header = ["what", "ctviz s", "captum", "captum s", "times faster", "goal"]
    print_table("Against captum", header, rows)
    (values,) = explain(subject.network, subject.x, subject.target, [path])
    correlation = np.corrcoef(values.ravel(), captum["default"].path().ravel())[0, 1]
    print(f"\nBoth integrated gradients correlate {correlation:.4f}.")


@dataclass(frozen=True, eq=False)
class Captum:
    """What a user of captum would call, by its defaults unless said."""

    network: nn.Module
    subject: Subject
    samples: int

    def noisy(self) -> None:
        """Compute the three kinds of SmoothGrad."""
        x = self.subject.x.clone().requires_grad_()
        sigma = float(self.subject.x.max() - self.subject.x.min()) * 0.15
        for kind in NOISY.values():
            NoiseTunnel(Saliency(self.network)).attribute(
                x,
                nt_type=kind,
                nt_samples=self.samples,
                stdevs=sigma,
                target=self.subject.target,
                abs=False,
            )

    def path(self, batch: int | None = None) -> NDArray[np.float32]:
        """Compute integrated gradients from black, (h, w)."""
        values = IntegratedGradients(self.network).attribute(
            self.subject.x,
            target=self.subject.target,
            n_steps=self.samples,
            internal_batch_size=batch,
        )
        return values[0].sum(0).detach().numpy()


def against_pair(plan: Plan) -> None:
    """Print how XRAI compares with the published program."""
    compare_xrai(plan.model, plan.xrai_sizes, plan.maps, plan.repeats)


def fidelity(plan: Plan) -> None:
    """Print what the fidelity of several maps costs beside its forward passes."""
    subject, counted = plan.subject, []
    metric = METRICS["fidelity"].from_settings({"step": plan.fidelity_step})
    maps, x = subject.maps(plan.maps), subject.x.numpy()

    def classify(images: NDArray[np.float32]) -> NDArray[np.float64]:
        counted.append(len(images))
        return subject.classify(images)

    acts: dict[str, Act] = {
        "fidelity": lambda: metric.curves_many(maps, x, classify),
        "forward pass": plan.forward.run,
    }
    times = interleaved(acts, plan.repeats)
    images = sum(counted) // plan.repeats
    limit = images * times["forward pass"] / plan.forward.images
    ratio = median(times["fidelity"] / limit)
    row = [f"{plan.maps} maps", images, median(times["fidelity"]), median(limit), ratio]
    header = ["fidelity of", "forwards", "ctviz s", "limit s", "× limit", "goal"]
    print_table("Fidelity", header, [[*row, Goal("≤", 1.15).judge(ratio)]])
    print(f"\nFastest forward pass: {plan.forward.batch}.")


def memory(plan: Plan) -> None:
    """Print the peak memory of few and of many samples."""
    few, many = (
        peak_in_a_new_process(plan.model, plan.size, samples)
        for samples in (FEW_SAMPLES, MANY_SAMPLES)
    )
    goal = Goal("≤", 1.05).judge(many / few)
    row = [f"{FEW_SAMPLES} / {MANY_SAMPLES}", f"{few:.0f}", f"{many:.0f}", many / few, goal]
    header = ["SmoothGrad samples", "peak MB, few", "peak MB, many", "ratio", "goal"]
    print_table("Memory", header, [row])


SECTIONS: dict[str, Callable[[Plan], None]] = {
    "limit": against_the_limit,
    "captum": against_captum,
    "xrai": against_pair,
    "fidelity": fidelity,
    "memory": memory,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    known = ", ".join(ARCHITECTURES)
    parser.add_argument("--model", default="contrast-small", help=f"{known}, or any installed one")
    parser.add_argument("--size", type=int, help="pixels along a side of the network's grid (224)")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS))
    parser.add_argument("--quick", action="store_true", help="too small to judge: does it run?")
    asked = parser.parse_args()
    plan = (
        Plan(asked.model, asked.size or 64, 1, 3, 2, 0.25, (64,), few=True)
        if asked.quick
        else Plan(asked.model, asked.size or 224, asked.repeats)
    )
    weights = "trained" if plan.subject.trained else "untrained, of the same architecture"
    print(f"{machine()}; torch {torch.__version__}, {torch.get_num_threads()} threads  ")
    print(f"{plan.model} ({weights}), {plan.size}² pixels, median of {plan.repeats} paired repeats")
    if plan.few:
        print("\nThis quick run shows that everything runs; its figures mean nothing.")
    for section in asked.only:
        SECTIONS[section](plan)


if __name__ == "__main__":
    main()
