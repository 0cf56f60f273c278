"""The folder of a study: what lies where in it, and nowhere else is that written down."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from ctviz.core import Settings


@dataclass(frozen=True)
class StudyFolder:
    """Every file of a study by what it holds; none of them needs to be there yet.

    >>> StudyFolder(Path("results")).plan.as_posix()
    'results/plan.toml'

    Parameters
    ----------
    path
        The folder itself.
    """

    path: Path

    @classmethod
    def named(cls, settings: Settings, name: str) -> Self:
        """Return the folder of a study that was not told to lie elsewhere."""
        return cls(_home(settings) / name)

    @classmethod
    def all(cls, settings: Settings) -> Iterator[Self]:
        """Yield the folders of the studies in the data folder."""
        for plan in _home(settings).glob(f"*/{cls(Path()).plan}"):
            yield cls(plan.parent)

    @property
    def plan(self) -> Path:
        """What the study compares; the first file to be there."""
        return self.path / "plan.toml"

    @property
    def registrations(self) -> Path:
        """Since when the plan is fixed."""
        return self.path / "registrations.json"

    @property
    def units(self) -> Path:
        """Addresses of the slices' results, in the study's order."""
        return self.path / "units.json"

    def unit(self, address: str) -> Path:
        """Return where the result of one slice is."""
        return self.path / "units" / f"{address}.unit"

    @property
    def found(self) -> datetime | None:
        """When the findings were written, to the second; None while there are none."""
        try:
            return datetime.fromtimestamp(int(self.findings.stat().st_mtime), UTC)
        except OSError:
            return None

    @property
    def units_known(self) -> int:
        """How many slices have a result, whether the study has come to its end or not."""
        return sum(1 for _ in self.path.glob("units/*.unit"))

    def truth(self, address: str) -> Path:
        """Return where the true effects on one slice are, if the study has any."""
        return self.path / "truth" / f"{address}.truth"

    @property
    def failures(self) -> Path:
        """Slices that have no scores, with the reasons."""
        return self.path / "failures.json"

    @property
    def environment(self) -> Path:
        """Versions, checksums and seeds."""
        return self.path / "environment.json"

    @property
    def strange_fills(self) -> Path:
        """How strange the model finds pictures with removed pixels, fill by fill."""
        return self.path / "strange_fills.json"

    @property
    def leakage(self) -> Path:
        """Which slices the model was trained on."""
        return self.path / "leakage.json"

    @property
    def scores_csv(self) -> Path:
        """One row a score, for people."""
        return self.path / "scores.csv"

    @property
    def scores_parquet(self) -> Path:
        """The same rows, for programs."""
        return self.path / "scores.parquet"

    @property
    def curves(self) -> Path:
        """A folder: the curves of all slices, kind by kind."""
        return self.path / "curves"

    @property
    def curve_index(self) -> Path:
        """Which file of `curves` holds which kind."""
        return self.curves / "index.json"

    @property
    def findings(self) -> Path:
        """What the study found; the last file to be there."""
        return self.path / "findings.json"

    @property
    def effects_csv(self) -> Path:
        """One row for each part of each slice: what it does to the answer."""
        return self.path / "effects.csv"

    @property
    def picture(self) -> Path:
        """What is known of a typical phantom, to be looked at beside the findings."""
        return self.path / "typical.picture"

    @property
    def contact_sheet(self) -> Path:
        """Maps of typical and of disputed slices, to be looked at beside the findings."""
        return self.path / "maps.pictures"

    def report(self, kind: str) -> Path:
        """Return where the report is, as ``html`` or ``pdf``."""
        return self.path / "report" / f"report.{kind}"

    def beside(self, model: str) -> Path:
        """Return the folder in which the same is studied on another model."""
        return self.path / "beside" / model

    @property
    def progress(self) -> Path:
        """How far the study is."""
        return self.path / "progress.json"

    @property
    def lock(self) -> Path:
        """Held by whoever runs the study."""
        return self.path / "lock"

    @property
    def stop(self) -> Path:
        """There while somebody wants the study to stop."""
        return self.path / "stop"

    @property
    def log(self) -> Path:
        """What a study in the background complained of."""
        return self.path / "errors.log"


def _home(settings: Settings) -> Path:
    return settings.data / "studies"
