"""Print this process's peak memory in MB after SmoothGrad with a number of samples.

A process of its own for each number, because a peak never falls:
``python -m benchmarks.peak_memory MODEL SIZE SAMPLES``.
"""

import subprocess
import sys
from pathlib import Path

from benchmarks.subject import Subject
from ctviz.estimators import ESTIMATORS, explain


def peak_in_a_new_process(model: str, size: int, samples: int) -> float:
    """Return the peak of a process that computes one map, in MB."""
    command = [sys.executable, "-m", __name__, model, str(size), str(samples)]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return float(answer.stdout)


def main(model: str, size: int, samples: int) -> None:
    subject = Subject.of(model, size)
    estimator = ESTIMATORS["smoothgrad"].from_settings({"samples": samples})
    explain(subject.network, subject.x, subject.target, [estimator])
    print(_peak_kilobytes() / 1000)


def _peak_kilobytes() -> int:
    # Not getrusage, whose peak a child inherits from its parent.
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise OSError("This system does not tell the peak memory of a process.")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
