"""How close the engine comes to the network's own cost, and to what else one could use.

``python -m benchmarks.engine --help`` from the project's folder. Every ratio is a median of
paired repeats within one run.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import torch
from captum.attr import IntegratedGradients, NoiseTunnel, Saliency
from numpy.typing import NDArray
from torch import nn

from benchmarks.peak_memory import peak_in_a_new_process
from benchmarks.plan import Plan, work
from benchmarks.subject import ARCHITECTURES, Subject
from benchmarks.timing import Act, Goal, Verdict, interleaved, machine, median, print_table
from benchmarks.xrai import compare_xrai
from ctviz.estimators import ESTIMATORS, Pace, explain
from ctviz.metrics import METRICS
from ctviz.networks import lay_out

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

QUICK = 0.55
"""What passes without a gradient should take, as a share of those by torch's layers one by one."""

FEWEST_PASSES = 8
"""An estimator with as many passes is one that samples."""

CAPTUM_BATCH = 4
FEWEST_SAMPLES, TIMES_MORE = 4, 4


def against_the_limit(plan: Plan) -> list[Verdict]:
    """Print what every sampling estimator costs, alone and the paper's eight together."""
    sampling = [name for name in ESTIMATORS if work([ESTIMATORS[name]()]).total >= FEWEST_PASSES]
    sets = {ESTIMATORS[name].title: [plan.estimator(name)] for name in sampling}
    sets["the paper's eight together"] = [plan.estimator(name) for name in PAPER]
    acts = {title: plan.explaining(*estimators) for title, estimators in sets.items()}
    times = interleaved(
        {**acts, "gradient pass": plan.gradient.run, "forward pass": plan.forward.run},
        plan.repeats,
    )
    gradient = times["gradient pass"] / plan.gradient.images
    forward = times["forward pass"] / plan.forward.images
    rows, verdicts = [], []
    for title, estimators in sets.items():
        counted = work(estimators)
        limit = counted.forward * forward + counted.gradient * gradient
        ratio = median(times[title] / limit)
        count = f"{counted.gradient} + {counted.forward}"
        rows.append([title, count, median(times[title]), median(limit), ratio])
        goal = Goal("≤", 1.2 if counted.gradient else QUICK)
        verdicts.append(Verdict(f"{title}, against its passes", ratio, goal))
    header = ["estimator", "gradients + forwards", "ctviz s", "limit s", "× limit"]
    print_table("Estimators against the limit", header, rows)
    fastest = f"{median(gradient) * 1000:.1f} ms an image, {plan.gradient.batch}"
    print(f"\nFastest gradient pass: {fastest}.")
    return verdicts


def against_captum(plan: Plan) -> list[Verdict]:
    """Print how much faster the same samples are than captum's, the network as torch loads it."""
    subject, n = plan.subject, plan.samples
    path = plan.estimator("integrated-gradients", steps=n)
    noisy = [plan.estimator(name, samples=n) for name in NOISY]
    captum = Captum(subject.in_layout("default"), subject, n)
    three, one = f"3 × SmoothGrad, {n} samples", f"integrated gradients, {n} steps"
    ours = {three: plan.explaining(*noisy), one: plan.explaining(path)}
    goals = {three: Goal("≥", 5), one: Goal("≥", 1.5)}
    rivals: dict[tuple[str, str], Act] = {
        (three, "NoiseTunnel"): captum.noisy,
        (one, "one batch"): captum.path,
        (one, f"batches of {CAPTUM_BATCH}"): partial(captum.path, batch=CAPTUM_BATCH),
    }
    times = interleaved(
        {**ours, **{rival: act for (_, rival), act in rivals.items()}}, plan.repeats
    )
    rows, verdicts = [], []
    for what, rival in rivals:
        ratio = median(times[rival] / times[what])
        rows.append([what, median(times[what]), rival, median(times[rival]), ratio])
        verdicts.append(Verdict(f"{what}, faster than captum's {rival}", ratio, goals[what]))
    header = ["what", "ctviz s", "captum", "captum s", "times faster"]
    print_table("Against captum", header, rows)
    (values,) = explain(subject.network, subject.x, subject.target, [path])
    correlation = np.corrcoef(values.ravel(), captum.path(CAPTUM_BATCH).ravel())[0, 1]
    print(f"\nBoth integrated gradients correlate {correlation:.4f}.")
    return verdicts


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
        return values[0].sum(0).detach().cpu().numpy()


@dataclass(frozen=True, eq=False)
class Counting:
    """A subject's classifier that counts the images it is asked about."""

    subject: Subject
    batches: list[int] = field(default_factory=list)

    def __call__(self, images: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the explained class's probability (N,) for images (N, C, h, w)."""
        self.batches.append(len(images))
        return self.subject.classify(images)


def fidelity(plan: Plan) -> list[Verdict]:
    """Print what fidelity, and imputation on top, of several maps cost beside their passes."""
    subject, counted = plan.subject, Counting(plan.subject)
    settings = {"step": plan.fidelity_step}
    constant, imputed = (METRICS[name].from_settings(settings) for name in ("fidelity", "road"))
    maps, x = subject.maps(plan.maps), subject.x.cpu().numpy()
    lay_out(subject.network, plan.measured.pace.layout)
    acts: dict[str, Act] = {
        "fidelity": lambda: constant.curves_many(maps, x, counted),
        "ROAD": lambda: imputed.curves_many(maps, x, subject.classify),
        "forward pass": plan.forward.run,
    }
    times = interleaved(acts, plan.repeats)
    images = sum(counted.batches) // plan.repeats
    limit = images * times["forward pass"] / plan.forward.images
    ratio = {name: median(times[name] / limit) for name in ("fidelity", "ROAD")}
    rows = [[name, images, median(times[name]), median(limit), ratio[name]] for name in ratio]
    header = ["metric", "forwards", "ctviz s", "limit s", "× limit"]
    print_table("Fidelity and imputation", header, rows)
    print(f"\nFastest forward pass: {plan.forward.batch}.")
    on_top = median(times["ROAD"] / times["fidelity"])
    many = f"of {plan.maps} maps"
    return [
        Verdict(f"fidelity {many}, against its passes", ratio["fidelity"], Goal("≤", QUICK)),
        Verdict(f"fidelity with imputation {many}, against without", on_top, Goal("≤", 1.2)),
    ]


def memory(plan: Plan) -> list[Verdict]:
    """Print the peak memory of few and of many samples."""
    # A full batch, for memory grows until there is one.
    if plan.device != "cpu":
        return []  # the process's own memory says nothing of a GPU's
    samples = max(FEWEST_SAMPLES, Pace.usual(plan.subject.x).gradient_batch)
    few, many = (
        peak_in_a_new_process(plan.model, plan.size, number)
        for number in (samples, TIMES_MORE * samples)
    )
    row = [f"{samples} / {TIMES_MORE * samples}", f"{few:.0f}", f"{many:.0f}"]
    print_table("Memory", ["SmoothGrad samples", "peak MB, few", "peak MB, many"], [row])
    what = f"memory of {TIMES_MORE * samples} samples, against {samples}"
    return [Verdict(what, many / few, Goal("≤", 1.05))]


SECTIONS: dict[str, Callable[[Plan], list[Verdict]]] = {
    "limit": against_the_limit,
    "captum": against_captum,
    "xrai": compare_xrai,
    "fidelity": fidelity,
    "memory": memory,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    known = ", ".join(ARCHITECTURES)
    parser.add_argument(
        "--model", default="contrast-resnet50", help=f"{known}, or an installed one"
    )
    parser.add_argument("--size", type=int, default=224, help="pixels along a side of the grid")
    parser.add_argument("--repeats", type=int, default=2, help="of everything, in pairs")
    parser.add_argument("--minutes", type=float, default=5, help="sets how many samples are taken")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=list(SECTIONS))
    asked = parser.parse_args()
    plan = Plan(asked.model, asked.size, asked.repeats, asked.minutes, device=asked.device)
    weights = "trained" if plan.subject.trained else "random weights"
    print(f"{machine(plan.device)}; torch {torch.__version__}, {torch.get_num_threads()} threads  ")
    print(
        f"{plan.model} ({weights}), {plan.size}² pixels, median of {plan.repeats} paired repeats  "
    )
    print(
        f"at most {plan.samples} samples, {plan.fidelity_step:.1%} of the pixels removed at a time"
    )
    verdicts = [verdict for section in asked.only for verdict in SECTIONS[section](plan)]
    rows = [
        [verdict.what, verdict.ratio, verdict.goal.judge(verdict.ratio)] for verdict in verdicts
    ]
    print_table("All ratios", ["what", "ratio", "goal"], rows)


if __name__ == "__main__":
    main()
