"""What a reader sees: widgets that speak the domain, the session, the viewer."""

from ctviz.ui.choices import choose_case, choose_model
from ctviz.ui.frame import ICON, apply_style, errors_in_words, navigate_from_the_start
from ctviz.ui.gallery import show_cases
from ctviz.ui.guide import guide
from ctviz.ui.intake import add_cases
from ctviz.ui.model_cards import show_models
from ctviz.ui.reader import ask_reader, reader_badge
from ctviz.ui.routes import ROUTES
from ctviz.ui.service import prepare
from ctviz.ui.session import session
from ctviz.ui.study import study_page
from ctviz.ui.workbench import open_link, workbench

__all__ = [
    "ICON",
    "ROUTES",
    "add_cases",
    "apply_style",
    "ask_reader",
    "choose_case",
    "choose_model",
    "errors_in_words",
    "guide",
    "navigate_from_the_start",
    "open_link",
    "prepare",
    "reader_badge",
    "session",
    "show_cases",
    "show_models",
    "study_page",
    "workbench",
]
