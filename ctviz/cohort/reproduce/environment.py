"""What a study's numbers came from: versions, checksums and seeds, enough to get them again."""

import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import torch

from ctviz.backend import Backend
from ctviz.cohort.plan import CohortStudy
from ctviz.cohort.run.result import UnitResult
from ctviz.cohort.run.score_unit import asks_twins
from ctviz.core import digest

PACKAGES = ("ctviz", "torch", "numpy", "scipy", "scikit-image", "monai", "pandas", "pyarrow")


def environment(
    backend: Backend,
    study: CohortStudy,
    results: Iterable[UnitResult],
    crew: Mapping[str, object],
) -> dict[str, Any]:
    """Return the document of ``environment.json``."""
    card = backend.models()[study.model]
    slices: list[dict[str, Any]] = [
        {
            "case": result.context.case,
            "slice_index": result.context.slice_index,
            "pixels": result.context.pixels,
            "maps": dict(zip(result.estimators, result.maps, strict=True)),
        }
        for result in results
    ]
    return {
        "software": {"python": platform.python_version(), **versions()},
        "machine": {
            "system": platform.system(),
            "architecture": platform.machine(),
            "instructions": torch.backends.cpu.get_cpu_capability(),
            "device": str(backend.classifier(study.model).device),
            **crew,
        },
        "plan": study.digest,
        "seeds": {"statistics": study.seed, **_seeds(study)},
        "model": {
            "id": card.id,
            "classes": card.classes,
            "sha256": dict(card.sha256),
            **({"twins": _twins(backend, study)} if asks_twins(study) else {}),
        },
        "maps": digest(*(sha for entry in slices for sha in entry["maps"].values())),
        "slices": slices,
    }


def versions() -> dict[str, str]:
    """Return the versions of the packages that numbers depend on."""
    return {name: found for name in PACKAGES if (found := _version(name))}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _twins(backend: Backend, study: CohortStudy) -> list[dict[str, str]]:
    """Return the checksums of the networks that were asked beside the model."""
    return [dict(card.sha256) for card in backend.twin_cards(study.model)]


def _seeds(study: CohortStudy) -> dict[str, Any]:
    every = {**study.estimators, **study.metrics}
    return {key: settings["seed"] for key, settings in every.items() if "seed" in settings}
