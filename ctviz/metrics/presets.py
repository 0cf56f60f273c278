"""Metrics as publications set them, by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ctviz.core import Value
from ctviz.metrics.base import METRICS, Metric


@dataclass(frozen=True)
class Preset:
    """A metric with the settings of a publication.

    Parameters
    ----------
    title
        How screens call it.
    metric
        The metric's name in `METRICS`.
    settings
        The hyperparameters that it fixes.
    """

    title: str
    metric: str
    settings: Mapping[str, Value] = field(hash=False)

    def build(self) -> Metric:
        """Return the metric with these settings."""
        return METRICS[self.metric].from_settings(self.settings)


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        "paper-2022": Preset("paper 2022", "fidelity", {"fill": "paper", "step": 0.025}),
        "logit-ratio-2023": Preset(
            "logit ratio, 5 % steps", "logit-fidelity", {"fill": "paper", "step": 0.05}
        ),
    }
)
"""Presets by the name that a command line takes."""
