"""What is known of one slice of a study, and its file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ctviz.cohort.files import read_sealed, write_sealed
from ctviz.core import Score, Sign
from ctviz.core.files import Arrays


@dataclass(frozen=True)
class Context:
    """Under which circumstances a slice was scored.

    Parameters
    ----------
    truth
        The true class by name, empty where it is not known.
    predicted, target
        The model's answer and the explained class, by name.
    region_share
        Share of the slice that the reader drew; None without a drawing.
    pixels
        The sha256 of the slice's pixels.
    """

    patient: str
    case: str
    slice_index: int
    model: str
    truth: str
    predicted: str
    target: str
    region_share: float | None
    pixels: str

    @property
    def correct(self) -> bool | None:
        """Whether the model was right; None where the truth is not known."""
        return self.predicted == self.truth if self.truth else None


@dataclass(frozen=True)
class ScoreRow:
    """One score of a cohort, tidy: what was scored, by which metric, and the answer.

    ``value`` is None where the score is undefined, and ``why`` then says the reason.
    """

    patient: str
    case: str
    slice_index: int
    model: str
    estimator: str
    sign: str
    metric: str
    value: float | None
    why: str = ""


@dataclass(frozen=True, eq=False)
class UnitResult:
    """Every score of one slice with the curves that the cohort's quantities need.

    Parameters
    ----------
    estimators, signs, metrics
        E names, S signs and M keys: the axes of the arrays.
    values
        (E, S, M) scores; NaN where a score is undefined.
    whys
        (E, S, M) the reason of each undefined score, else empty.
    curves
        (E, S, n) by name: ``mif KEY`` and ``lif KEY`` (the class's probability), ``dice`` over
        the share kept, ``tpr`` and ``fpr`` over the thresholds. NaN where there is none.
    grids
        (n,) where the curves are known, by name: ``shares KEY`` and ``dice``.
    maps
        (E,) the sha256 of each map on both grids, empty where the estimator was refused.
    """

    context: Context
    estimators: tuple[str, ...]
    signs: tuple[Sign, ...]
    metrics: tuple[str, ...]
    values: NDArray[np.float64]
    whys: NDArray[np.str_]
    curves: Mapping[str, NDArray[np.floating]]
    grids: Mapping[str, NDArray[np.float64]]
    maps: tuple[str, ...]

    def rows(self) -> Iterator[ScoreRow]:
        """Yield one row for each estimator, sign and metric."""
        context = self.context
        place = (context.patient, context.case, context.slice_index, context.model)
        for (e, s, m), value in np.ndenumerate(self.values):
            score = Score.undefined(str(self.whys[e, s, m])) if np.isnan(value) else Score(value)
            what = self.estimators[e], self.signs[s], self.metrics[m]
            yield ScoreRow(*place, *what, value=score.value, why=score.why)

    def save(self, path: Path) -> None:
        """Write the file in one step."""
        write_sealed(path, self._arrays())

    @classmethod
    def load(cls, path: Path) -> Self | None:
        """Return the result of a file; None if it is absent or damaged."""
        arrays = read_sealed(path)
        return None if arrays is None else cls._of(arrays)

    def _arrays(self) -> Arrays:
        context = self.context
        share = np.nan if context.region_share is None else context.region_share
        place = [context.patient, context.case, str(context.slice_index), context.model]
        said = [context.truth, context.predicted, context.target, context.pixels]
        return {
            "context": np.asarray([*place, *said]),
            "region share": np.asarray(share),
            "estimators": np.asarray(self.estimators),
            "signs": np.asarray(self.signs),
            "metrics": np.asarray(self.metrics),
            "values": self.values,
            "whys": self.whys,
            "maps": np.asarray(self.maps),
            **{f"curve {name}": curve for name, curve in self.curves.items()},
            **{f"grid {name}": grid for name, grid in self.grids.items()},
        }

    @classmethod
    def _of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        patient, case, index, model, truth, predicted, target, pixels = map(str, arrays["context"])
        share = float(arrays["region share"])
        return cls(
            context=Context(
                *(patient, case, int(index), model, truth, predicted, target),
                region_share=None if np.isnan(share) else share,
                pixels=pixels,
            ),
            estimators=tuple(map(str, arrays["estimators"])),
            signs=tuple("absolute" if s == "absolute" else "signed" for s in arrays["signs"]),
            metrics=tuple(map(str, arrays["metrics"])),
            values=arrays["values"],
            whys=arrays["whys"],
            curves=_named(arrays, "curve "),
            grids=_named(arrays, "grid "),
            maps=tuple(map(str, arrays["maps"])),
        )


def _named(arrays: Mapping[str, NDArray[Any]], prefix: str) -> dict[str, NDArray[Any]]:
    return {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}
