"""The counterfactual brush: what a model answers if a part of a slice were otherwise."""

from ctviz.whatif.outcome import AnsweredSlice, Outcome
from ctviz.whatif.taking_home import as_json, files_of, pictures_of, take_home

__all__ = ["AnsweredSlice", "Outcome", "as_json", "files_of", "pictures_of", "take_home"]
