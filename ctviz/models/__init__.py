"""Trained networks: architectures, cards, and the Classifier that reads a slice."""

from ctviz.models.architectures import ARCHITECTURES, Architecture, build_network
from ctviz.models.calibration import Calibration, ReliabilityBin
from ctviz.models.card import DataSource, MeasuredFigure, ModelCard, read_card
from ctviz.models.classifier import Classifier
from ctviz.models.familiarity import Familiarity
from ctviz.models.files import ModelShelf, load_model, model_cards, new_classifier, save_model

__all__ = [
    "ARCHITECTURES",
    "Architecture",
    "Calibration",
    "Classifier",
    "DataSource",
    "Familiarity",
    "MeasuredFigure",
    "ModelCard",
    "ModelShelf",
    "ReliabilityBin",
    "build_network",
    "load_model",
    "model_cards",
    "new_classifier",
    "read_card",
    "save_model",
]
