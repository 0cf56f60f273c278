"""Open ctviz in a browser.

try:
  ctviz app
  ctviz app --port 8502
"""

import argparse
import subprocess
import sys

from ctviz.core import InvalidInput
from ctviz.core.settings import PROJECT


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the command's arguments."""
    parser.add_argument("--port", type=int, default=8501, help="port to listen at (default: 8501)")
    parser.add_argument(
        "--address", default="127.0.0.1", help="address to listen at (default: this computer only)"
    )


def run(arguments: argparse.Namespace) -> None:
    """Serve the pages until Ctrl-C."""
    script = PROJECT / "app.py"
    if not script.is_file():
        raise InvalidInput(
            "The pages are not installed with the package; clone the repository and start ctviz "
            "from there."
        )
    options = [
        f"--server.port={arguments.port}",
        f"--server.address={arguments.address}",
        "--browser.gatherUsageStats=false",
    ]
    command = [sys.executable, "-m", "streamlit", "run", str(script), *options]
    # Our own program with two options, each handed over as one word.
    if subprocess.run(command, cwd=PROJECT, check=False).returncode:  # noqa: S603
        raise InvalidInput("The server could not be started; see its message above.")
