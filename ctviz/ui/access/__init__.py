"""Who may do what: names the app answers to, browsers, accounts, folders, and the audit trail."""

from ctviz.ui.access.account import Account, NotLoggedIn, account, may, permit
from ctviz.ui.access.roots import NO_ROOTS, confined
from ctviz.ui.access.trail import record, record_each, record_once

__all__ = [
    "NO_ROOTS",
    "Account",
    "NotLoggedIn",
    "account",
    "confined",
    "may",
    "permit",
    "record",
    "record_each",
    "record_once",
]
