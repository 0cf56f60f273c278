"""Who may log in, and as what: a small TOML file.

::

    [owners]
    emails = ["head@hospital.example"]

    [readers]
    emails = ["guest@elsewhere.example"]
    domains = ["hospital.example"]

    [login]
    hours = 12              # until everybody is asked again
    provider = "default"    # which of several providers in .streamlit/secrets.toml

Owners may do everything; readers may look, draw and take results home. An owner may blind the
readers, and sees what others drew at any time.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from ctviz.core import InvalidParameter

Role: TypeAlias = Literal["owner", "reader"]
Deed: TypeAlias = Literal["look", "draw", "import", "study", "delete", "audit", "oversee"]

PERMITTED: Mapping[Role, frozenset[Deed]] = {
    "owner": frozenset({"look", "draw", "import", "study", "delete", "audit", "oversee"}),
    "reader": frozenset({"look", "draw"}),
}
TABLES = {"owners": {"emails"}, "readers": {"emails", "domains"}, "login": {"hours", "provider"}}
HOURS = 12
MOST_HOURS = 24 * 30


@dataclass(frozen=True)
class Access:
    """What the file says.

    Parameters
    ----------
    owners, readers
        Addresses of electronic mail, in lower case.
    domains
        Whoever has an address there is a reader.
    hours
        How long a login lasts.
    provider
        Which provider of the identities is asked.
    """

    owners: frozenset[str]
    readers: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    hours: float = HOURS
    provider: str = "default"

    def role_of(self, email: str) -> Role | None:
        """Return what somebody is; None if they may not come in."""
        address = email.strip().lower()
        if address in self.owners:
            return "owner"
        _, at, domain = address.rpartition("@")
        if address in self.readers or (at and domain in self.domains):
            return "reader"
        return None


def read_access(path: Path) -> Access:
    """Read the file; one that cannot be understood lets nobody in.

    Raises
    ------
    InvalidParameter
        If it is missing, no TOML, or says what we do not know.
    """
    try:
        tables: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        raise InvalidParameter(
            "The file of CTVIZ_ACCESS cannot be read as TOML; until it can, nobody may log in."
        ) from None
    for name, table in tables.items():
        known = TABLES.get(name)
        if known is None or not isinstance(table, dict) or not set(table) <= known:
            raise InvalidParameter(
                f"The file of CTVIZ_ACCESS has tables {', '.join(TABLES)} with known entries; "
                f"correct '{name[:40]}'."
            )
    login = tables.get("login", {})
    access = Access(
        owners=_addresses(tables, "owners", "emails"),
        readers=_addresses(tables, "readers", "emails"),
        domains=_addresses(tables, "readers", "domains"),
        hours=_hours(login.get("hours", HOURS)),
        provider=str(login.get("provider", "default")),
    )
    if not access.owners:
        raise InvalidParameter("The file of CTVIZ_ACCESS must name at least one owner.")
    return access


def _addresses(tables: Mapping[str, Any], table: str, entry: str) -> frozenset[str]:
    found = tables.get(table, {}).get(entry, [])
    if not isinstance(found, list) or not all(
        isinstance(each, str) and ("@" in each) == (entry == "emails") for each in found
    ):
        wanted = {"emails": "addresses like head@hospital.example", "domains": "names of domains"}
        raise InvalidParameter(
            f"In the file of CTVIZ_ACCESS, '{entry}' of [{table}] must be a list of "
            f"{wanted[entry]}."
        )
    return frozenset(each.strip().lower() for each in found)


def _hours(found: object) -> float:
    number = isinstance(found, int | float) and not isinstance(found, bool)
    if not number or not 0 < found <= MOST_HOURS:  # type: ignore[operator]
        raise InvalidParameter(
            f"In the file of CTVIZ_ACCESS, 'hours' must lie between 0 and {MOST_HOURS}."
        )
    return float(found)  # type: ignore[arg-type]
