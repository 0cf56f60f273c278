"""Printed charts as files: PNG at 300 dots an inch, SVG with its text as text, PDF."""

from collections.abc import Mapping
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeAlias

from ctviz.viz.charts.model.kinds import Chart
from ctviz.viz.charts.print.printed import printed
from ctviz.viz.charts.print.style import print_style

Format: TypeAlias = Literal["png", "svg", "pdf"]

DPI = 300
KEPT = 48
"""So many files are kept, as a report shows each chart and saves it beside itself."""

_UNDATED: Mapping[str, Mapping[str, str | None]] = MappingProxyType(
    {
        "png": {"Software": None},
        "svg": {"Date": None, "Creator": None, "Format": None, "Type": None},
        "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
    }
)


@lru_cache(maxsize=KEPT)
def chart_file(chart: Chart, kind: Format) -> bytes:
    """Return the chart as a file's bytes: equal charts give equal bytes."""
    file = BytesIO()
    with print_style():
        printed(chart).savefig(file, format=kind, dpi=DPI, metadata=dict(_UNDATED[kind]))
    return file.getvalue()


def save_chart(
    chart: Chart, folder: Path, name: str, kinds: tuple[Format, ...] = ("png", "svg")
) -> None:
    """Write the chart into a folder, once as each kind of file."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind in kinds:
        (folder / f"{name}.{kind}").write_bytes(chart_file(chart, kind))
