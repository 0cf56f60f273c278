"""What a reader sees: widgets that speak the domain, the session, the viewer."""

from ctviz.ui.access.login import let_in
from ctviz.ui.access.middleware import middleware
from ctviz.ui.access.trail import record_start
from ctviz.ui.cases.add_cases import add_cases
from ctviz.ui.cases.blinding import offer_blinding
from ctviz.ui.cases.gallery import show_cases
from ctviz.ui.cases.uploads import UPLOADS
from ctviz.ui.compare.choices import choose_case, choose_model
from ctviz.ui.compare.drawings import take_in_drawings
from ctviz.ui.compare.mail import MAIL
from ctviz.ui.compare.page import compare_page, open_link
from ctviz.ui.frame import ICON, apply_style, errors_in_words, navigate_from_the_start
from ctviz.ui.guide import guide
from ctviz.ui.models.cards import show_models
from ctviz.ui.routes import ROUTES
from ctviz.ui.service import prepare, settings
from ctviz.ui.session import session
from ctviz.ui.study.page import study_page
from ctviz.ui.widgets.reader import ask_reader, reader_badge

__all__ = [
    "ICON",
    "MAIL",
    "ROUTES",
    "UPLOADS",
    "add_cases",
    "apply_style",
    "ask_reader",
    "choose_case",
    "choose_model",
    "compare_page",
    "errors_in_words",
    "guide",
    "let_in",
    "middleware",
    "navigate_from_the_start",
    "offer_blinding",
    "open_link",
    "prepare",
    "reader_badge",
    "record_start",
    "session",
    "settings",
    "show_cases",
    "show_models",
    "study_page",
    "take_in_drawings",
]
