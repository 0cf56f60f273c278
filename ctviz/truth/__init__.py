"""What a part of the body really does to a model's answer, and whether a map says so."""

from ctviz.core.results import log_odds
from ctviz.truth.agreement_with_truth import MEASURES, WITHOUT_EFFECT, Measure
from ctviz.truth.effects import Effects
from ctviz.truth.importance import importance_of_parts
from ctviz.truth.judging import Judgement, judge
from ctviz.truth.part_map import PartMap
from ctviz.truth.parts import KnownSlice, Part, parts_of
from ctviz.truth.scenes import SCENES, Scene, scene_of

__all__ = [
    "MEASURES",
    "SCENES",
    "WITHOUT_EFFECT",
    "Effects",
    "Judgement",
    "KnownSlice",
    "Measure",
    "Part",
    "PartMap",
    "Scene",
    "importance_of_parts",
    "judge",
    "log_odds",
    "parts_of",
    "scene_of",
]
