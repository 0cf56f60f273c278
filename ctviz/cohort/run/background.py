"""Studies that run on their own: started by a page, watched, stopped and resumed by any."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

from ctviz.backend import Backend
from ctviz.cohort.analysis.findings import Findings, load_findings
from ctviz.cohort.files import write_whole
from ctviz.cohort.folder import StudyFolder
from ctviz.cohort.kinds import any_plan, read_any_plan, run_any
from ctviz.cohort.plan import CohortStudy
from ctviz.cohort.run.running import crew_named, default_folder
from ctviz.cohort.run.scans import unnamed
from ctviz.cohort.run.status import Stage, ask_to_stop, stage_of, study_lock
from ctviz.core import CtvizError, Settings

FOLDERS = ("data", "models", "cache")
"""Of the settings."""


@dataclass(frozen=True)
class Run:
    """A study, its folder, and how far it is.

    Parameters
    ----------
    folder
        Where everything of it is.
    study
        The plan, of whichever kind.
    stage
        How far it was when it was looked at.
    """

    folder: Path
    study: CohortStudy
    stage: Stage

    @property
    def finished(self) -> bool:
        """Whether there are findings, perhaps of an earlier run."""
        return StudyFolder(self.folder).findings.is_file()

    def findings(self) -> Findings:
        """Return what it found."""
        return load_findings(self.folder)


def look(folder: Path) -> Run:
    """Return the study of a folder as it is now."""
    return Run(folder, read_any_plan(StudyFolder(folder).plan), stage_of(folder))


def studies(settings: Settings) -> tuple[Run, ...]:
    """Return every study of the data folder, the latest first; damaged ones are left out."""
    found = []
    for folder in StudyFolder.all(settings):
        try:
            # A folder whose name is no text can have no address.
            if folder.path.name.isprintable():
                found.append((folder.plan.stat().st_mtime, look(folder.path)))
        except (CtvizError, OSError):
            continue
    return tuple(run for _, run in sorted(found, key=lambda each: each[0], reverse=True))


def start(
    settings: Settings, study: CohortStudy, folder: Path | None = None, workers: int | None = None
) -> Run:
    """Start a study, or go on with it, in a program of its own, and return at once.

    It outlives whoever started it. A study that runs already is only looked at. Where the settings
    name a cluster, it computes.
    """
    place = (folder or default_folder(settings, study)).resolve()
    if stage_of(place).state == "running":
        return look(place)
    with study_lock(place):
        write_whole(StudyFolder(place).plan, unnamed(settings, study).to_toml().encode())
        StudyFolder(place).progress.unlink(missing_ok=True)
    order = json.dumps(
        {
            "settings": {
                **{name: str(getattr(settings, name).resolve()) for name in FOLDERS},
                "device": settings.device,
            },
            "folder": str(place),
            "workers": workers,
            "cluster": settings.cluster,
        }
    )
    # The plan as ordered may name a folder, which neither a file nor a list of processes may tell.
    with StudyFolder(place).log.open("wb") as log, tempfile.TemporaryFile() as plan:
        plan.write(study.to_toml().encode())
        plan.seek(0)
        program = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "ctviz.cohort", order],
            stdin=plan,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
        )
    # Somebody must take note of its end, or it stays in the list of processes.
    Thread(target=program.wait, name="ctviz-study", daemon=True).start()
    return look(place)


def cancel(folder: Path) -> None:
    """Ask a running study to stop; what is computed stays, and starting it again goes on."""
    ask_to_stop(folder)


def main(arguments: Sequence[str], plan: str) -> int:
    """Run the study that `start` ordered; how it ends is told in its folder."""
    order = json.loads(arguments[0])
    told = order["settings"]
    paths: dict[str, Any] = {name: Path(told[name]) for name in FOLDERS}
    folder = Path(order["folder"])
    backend = Backend(Settings(**paths, device=told["device"]), steady=True)
    # A page is read meanwhile: readers go first.
    os.nice(5)
    try:
        crew = crew_named(order["cluster"], order["workers"])
        run_any(backend, any_plan(plan), folder, crew)
    except CtvizError:
        return 2
    finally:
        backend.close()
    return 0
