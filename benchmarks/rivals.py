"""Programs to compare with that ctviz does not need, installed into a scratch folder."""

import importlib
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType

PAIR = "saliency==0.2.1"


def pair_saliency() -> ModuleType | str:
    """Return PAIR's ``saliency.core``, or a sentence saying why it is not there."""
    folder = Path(tempfile.gettempdir()) / f"ctviz-rivals-{PAIR.replace('==', '-')}"
    if not (folder / "saliency").is_dir():
        said = _install(folder)
        if said:
            return f"PAIR's saliency could not be installed with pip, so it is left out: {said}."
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    return importlib.import_module("saliency.core")


def _install(folder: Path) -> str:
    """Return pip's last words if it failed, else nothing."""
    # What it depends on, NumPy and scikit-image, is there.
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    done = subprocess.run(
        [*command, "--target", str(folder), PAIR], capture_output=True, text=True, check=False
    )
    lines = done.stderr.strip().splitlines() or ["no reason was given"]
    return lines[-1].rstrip(".") if done.returncode else ""
