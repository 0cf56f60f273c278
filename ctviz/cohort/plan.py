"""What a study compares: the plan, which can be kept with a paper as a small TOML file."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Self, TypeAlias

from ctviz.backend import DEFAULT_MODEL
from ctviz.cohort.statistics.bootstrap import DRAWS
from ctviz.core import (
    SIGNS,
    InvalidInput,
    InvalidParameter,
    Registry,
    Sign,
    Tunable,
    UnknownName,
    Value,
    digest,
)
from ctviz.core.structure import Misfit, StrictConverter, structured
from ctviz.estimators import ESTIMATORS, Estimator
from ctviz.metrics import METRICS, Metric
from ctviz.models.toml import NotToml, from_toml, text_of, to_toml

Settings: TypeAlias = Mapping[str, Value]
Target: TypeAlias = Literal["truth", "predicted"]
TARGETS: tuple[Target, ...] = ("truth", "predicted")

_TOML = StrictConverter()
# Which signs and targets there are a plan says itself, however it was made.
_TOML.register_structure_hook_func(
    lambda kind: kind in {Sign, Target}, lambda said, _: _TOML.structure(said, str)
)

_APART = frozenset({"name", "beside"})
_LATER = frozenset({"beside", "finding"})
"""What a plan that does not need it is written and counted without, as before there was any."""

NAMED_COHORTS = frozenset({"demo", "marked", "annotated", "all", "phantoms"})
"""Those that are no folder of scans, whatever lies where the program runs."""

LONGEST_NAME, MOST_DRAWS = 80, 100_000
"""Of a study, which names a folder; and of the intervals' bootstrap."""

VARIANT = "@"
"""Stands in a metric's key between its name and what distinguishes the variant."""

PAPER_ESTIMATORS = (
    *("smoothgrad-squared", "smoothgrad", "integrated-gradients-bw", "expected-gradients"),
    *("gradient", "deconvolution", "integrated-gradients", "random"),
)
"""The seven of Brocki et al. 2022 and their control, as ordered in their Table 1."""

CHEAP_ESTIMATORS = ("guided-backprop", "grad-cam", "hirescam", "deeplift", "lrp")
"""Others in wide use that cost a gradient or two."""

DEFAULT_METRICS: Mapping[str, Settings] = MappingProxyType(
    {
        **{name: MappingProxyType({}) for name in ("fidelity", "auroc-corrected", "auroc")},
        **{f"average-precision{of}": MappingProxyType({}) for of in ("-corrected", "")},
        **{name: MappingProxyType({}) for name in ("dice", "dice-gain")},
        **{name: MappingProxyType({}) for name in ("relevance-mass", "pointing-game")},
        **{
            f"fidelity{VARIANT}fill={fill}": MappingProxyType({"fill": fill, "step": step})
            for fill, step in (("mean", 0.1), ("blur", 0.1), ("linear", 0.2))
        },
    }
)


def _defaults(*names: str) -> Mapping[str, Settings]:
    return {name: {} for name in names}


@dataclass(frozen=True)
class CohortStudy:
    """Which estimators are compared, by which metrics, for which model, on which cohort.

    Estimators and metrics hold every hyperparameter once the plan is made, so that a plan means
    the same when a default changes. The controls are always among the estimators.

    Parameters
    ----------
    name
        In lower case, digits and hyphens; names the study's folder.
    cohort
        ``demo``, ``marked``, ``annotated``, ``all``, or a folder of scans.
    model
        Id of the classifier.
    estimators
        Settings by estimator.
    metrics
        Settings by key: the metric's name, or ``name@variant`` where one metric occurs with
        several settings.
    signs
        How maps are read.
    slices_per_case
        Evenly spread over the annotated slices; 0 takes all of them.
    reader, label
        Whose drawings of what the maps are compared with. Empty: the only reader's; all labels.
    target
        Whether the explained class is the ``truth``, as in the paper, or the ``predicted`` one.
        Where the truth is not known, or is no class of the model, the predicted one is explained.
        Of a model of several findings the studied one is explained, be it there or not.
        The paper's fill erases the explained class: of a wrong prediction it erases the mistake,
        and removing what misled the model makes it right.
    draws, seed
        Of the intervals' bootstrap. Estimators and metrics have seeds of their own.
    beside
        Ids of further classifiers of the same classes. The same is studied on each, in a folder of
        its own within the study's, to see which findings are those of one model.
    finding
        Of a model that judges several findings by themselves the one that is studied: a slice is
        of the class of that name or of none, and where no label is named, regions of this label
        count.
    """

    name: str = "demo"
    cohort: str = "demo"
    model: str = DEFAULT_MODEL
    estimators: Mapping[str, Settings] = field(
        default_factory=lambda: _defaults(*PAPER_ESTIMATORS, *CHEAP_ESTIMATORS)
    )
    metrics: Mapping[str, Settings] = field(default_factory=lambda: DEFAULT_METRICS)
    signs: tuple[Sign, ...] = SIGNS
    slices_per_case: int = 2
    reader: str = ""
    label: str = ""
    target: Target = "truth"
    draws: int = DRAWS
    seed: int = 0
    beside: tuple[str, ...] = ()
    finding: str = ""

    def __post_init__(self) -> None:
        for wrong, sentence in self._faults():
            if wrong:
                raise InvalidParameter(sentence)
        controls = [name for name in ESTIMATORS if ESTIMATORS[name].control]
        estimators = {**self.estimators, **{c: self.estimators.get(c, {}) for c in controls}}
        complete = {
            "estimators": {name: _settled(ESTIMATORS, name, s) for name, s in estimators.items()},
            "metrics": {
                key: _settled(METRICS, metric_name(key), s) for key, s in self.metrics.items()
            },
        }
        for attribute, settings in complete.items():
            object.__setattr__(self, attribute, MappingProxyType(settings))
        object.__setattr__(self, "signs", tuple(s for s in SIGNS if s in self.signs))

    def _faults(self) -> list[tuple[bool, str]]:
        return [
            (
                re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", self.name) is None
                or len(self.name) > LONGEST_NAME,
                f"A study cannot be called '{self.name[:LONGEST_NAME]}'; use at most "
                f"{LONGEST_NAME} lower case letters, digits and single hyphens.",
            ),
            (not self.cohort, "The plan names no cohort; write demo or a folder of scans."),
            (not self.metrics, "The plan has no metric; name at least one, e.g. fidelity."),
            (
                not self.signs or not all(sign in SIGNS for sign in self.signs),
                f"The plan's signs must be some of {', '.join(SIGNS)}.",
            ),
            (
                self.target not in TARGETS,
                f"The plan's target must be one of {', '.join(TARGETS)}, not '{self.target}'.",
            ),
            (self.slices_per_case < 0, "The plan's slices_per_case must be 0 (all) or more."),
            (
                not 1 <= self.draws <= MOST_DRAWS,
                f"The plan's draws must be 1 to {MOST_DRAWS}; 2000 are usual.",
            ),
            (self.seed < 0, "The plan's seed must be 0 or more."),
            (
                len({self.model, *self.beside}) <= len(self.beside),
                "The plan's beside must name models other than its own, each once.",
            ),
        ]

    @property
    def answers(self) -> int:
        """How many answers of the model a slice takes beside those of maps and metrics."""
        return 1

    @property
    def digest(self) -> str:
        """The sha256 of everything that decides the study's numbers.

        Its name does not, nor do other models beside its own, which are studied apart.
        """
        said = {key: value for key, value in self._said().items() if key not in _APART}
        return digest(json.dumps(said, sort_keys=True))

    @property
    def folder_name(self) -> str:
        """The name of the study's folder, unless another is given."""
        return f"{self.name}-{self.digest[:8]}"

    def on(self, model: str) -> Self:
        """Return the same plan for another model, and for it alone."""
        return replace(self, model=model, beside=())

    def built_estimators(self) -> dict[str, Estimator]:
        """Return the estimators by name."""
        return {name: ESTIMATORS[name].from_settings(s) for name, s in self.estimators.items()}

    def built_metrics(self) -> dict[str, Metric]:
        """Return the metrics by key."""
        return {key: METRICS[metric_name(key)].from_settings(s) for key, s in self.metrics.items()}

    def to_toml(self) -> str:
        """Return the plan as TOML, with every hyperparameter."""
        return to_toml(self._said())

    def _said(self) -> dict[str, Any]:
        said = _TOML.unstructure(self)
        return {key: value for key, value in said.items() if key not in _LATER or value}

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a plan from its file."""
        return cls.from_toml(plan_text(path))

    @classmethod
    def from_toml(cls, text: str) -> Self:
        """Read a plan; what it does not say has its default."""
        document = plan_document(text)
        known = {f.name for f in fields(cls)}
        for key in document:
            if key not in known:
                raise UnknownName("entry of a plan", key, known)
        try:
            return structured(_TOML, cls, document)
        except Misfit as fault:
            raise InvalidInput(_sentence(fault)) from None


def read_plan(path: Path) -> CohortStudy:
    """Read a plan from its file."""
    return CohortStudy.read(path)


def plan_text(path: Path) -> str:
    """Return the text of a plan's file."""
    try:
        return text_of(path)
    except OSError:
        raise InvalidInput("The plan cannot be read; check the file's name.") from None
    except NotToml as error:
        raise InvalidInput(f"The plan is not valid TOML: {error}.") from None


def plan_document(text: str) -> dict[str, Any]:
    """Return what a plan says, entry by entry, without judging it."""
    try:
        return from_toml(text)
    except NotToml as error:
        raise InvalidInput(f"The plan is not valid TOML: {error}.") from None


def metric_name(key: str) -> str:
    """Return the name of the metric that a key of a plan stands for.

    >>> metric_name("fidelity@fill=blur")
    'fidelity'
    """
    return key.partition(VARIANT)[0]


def _settled(registry: Registry[Any], name: str, settings: Settings) -> Settings:
    """Return every hyperparameter, those that are not said at their defaults."""
    built: Tunable = registry[name].from_settings(settings)
    return MappingProxyType(built.settings())


def _sentence(fault: Misfit) -> str:
    table = fault.path[0] if len(fault.path) == 2 else ""
    if table in {"estimators", "metrics"}:
        return (
            f"The plan's table '{table}' must name settings for each entry, e.g. gradient = {{}}."
        )
    return f"The plan's entry '{fault.where}' must be {fault.wanted}."
