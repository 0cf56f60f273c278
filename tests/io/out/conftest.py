"""A matrix of cases, and results on them as readers and engines leave them."""

from pathlib import Path

import numpy as np
import pytest

from ctviz.core import Case, ImportanceMap, Prediction, Region, Score, Slice
from ctviz.core.acquisition import Acquisition
from ctviz.io.out import Explanation, GivenScore, ResultAnswer, Results
from ctviz.io.volume import as_volume, make_case

ROWS, COLUMNS = 40, 48


def scan(  # noqa: PLR0913 - what may be odd about a scan
    slices: int,
    *,
    tilt: float = 0.0,
    gaps: tuple[float, ...] = (),
    spacing: tuple[float, float] = (0.8, 0.8),
    acquisition: Acquisition | None = None,
    whole: bool = True,
) -> Case:
    """A case of noise; tilted, uneven, of fractions of Hounsfield units, as it is wanted."""
    rng = np.random.default_rng(slices)
    depths = np.concatenate([[0.0], np.cumsum(gaps or (2.5,) * (slices - 1))])
    turned = (1.0, 0.0, 0.0, 0.0, float(np.cos(tilt)), float(-np.sin(tilt)))
    images = []
    for depth in depths:
        pixels = rng.normal(0, 300, (ROWS, COLUMNS))
        hounsfield = (np.rint(pixels) if whole else pixels).astype(np.float32)
        images.append(Slice(hounsfield, spacing, turned, (-10.5, 20.25, 100.0 - float(depth))))
    return make_case(
        as_volume(images),
        title="Chest CT",
        patient="P-0123abcd",
        acquisition=acquisition or Acquisition(2.5, "B30f", 120.0, "F-0123abcd"),
    )


CASES = {
    "even": lambda: scan(12),
    "one slice": lambda: scan(1),
    "133 slices": lambda: scan(133),
    "tilted": lambda: scan(5, tilt=0.32),
    "uneven gaps": lambda: scan(4, gaps=(1.0, 2.0, 7.0)),
    "oblong pixels": lambda: scan(3, spacing=(1.5, 0.6)),
    "silent header": lambda: scan(3, acquisition=Acquisition()),
    "fractions": lambda: scan(2, whole=False),
}


def disc(row: float, column: float, radius: float) -> np.ndarray:
    rows, columns = np.mgrid[:ROWS, :COLUMNS]
    return (rows - row) ** 2 + (columns - column) ** 2 < radius**2


def results_on(case: Case) -> Results:
    """Two readers, overlapping labels, a hole, scattered pixels, a map without importance."""
    middle, last = len(case.slices) // 2, len(case.slices) - 1
    rng = np.random.default_rng(7)
    ring = disc(20, 24, 12) & ~disc(20, 24, 5)
    regions = [
        Region(case.id, middle, "AB", "heart", disc(18, 22, 9)),
        Region(case.id, middle, "AB", "Rückenmark, 脊髄", ring),
        Region(case.id, middle, "Łukasz Müller", "a label that is longer than a code may ever be",
               rng.random((ROWS, COLUMNS)) < 0.4),
    ]  # fmt: skip
    if last != middle:
        regions.append(Region(case.id, last, "AB", "heart", disc(15, 20, 3)))
    values = rng.normal(size=(ROWS, COLUMNS)).astype(np.float32)
    picture = rng.integers(0, 255, (50, 49, 3), dtype=np.uint8)
    explanations = (
        Explanation(ImportanceMap(values, "smoothgrad"), "SmoothGrad", "gradients",
                    {"samples": 30, "noise": 0.1}, picture),
        Explanation(ImportanceMap(np.zeros_like(values), "grad-cam"), "Grad-CAM", "activations",
                    {}, picture),
    )  # fmt: skip
    scores = tuple(
        GivenScore(each.importance.estimator, "signed", metric, title, "higher", score,
                   {"threshold": 0.5}, region)
        for each in explanations
        for metric, title, score, region in (
            ("dice", "Dice", Score(1 / 3), regions[0]),
            ("average-precision-corrected", "Corrected AP", Score(2 / 7), regions[2]),
            ("auroc", "AUROC", Score.undefined("The map is constant: it ranks no pixel."),
             regions[0]),
            ("fidelity", "Fidelity", Score(-0.12345678901234567), None),
        )
    )  # fmt: skip
    prediction = Prediction("tiny", ("ohne Kontrast", "mit Kontrast"), np.array([0.1, 0.9]))
    answer = ResultAnswer(middle, prediction, 1, "Tiny", "ab" * 32, explanations, scores)
    return Results(case, regions, answer, version="0.3.0")


@pytest.fixture(params=CASES, ids=[name.replace(" ", "-") for name in CASES])
def results(request: pytest.FixtureRequest) -> Results:
    return results_on(CASES[request.param]())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out"
