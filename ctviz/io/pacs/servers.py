"""Which servers there are: a small TOML file that whoever runs ctviz writes.

::

    [servers.main]
    title = "Main PACS"
    url = "https://pacs.hospital.example/dicom-web"
    user = "ctviz"
    password_env = "CTVIZ_PACS_PASSWORD"

    [servers.research]
    ae_title = "RESEARCH"
    host = "10.0.0.7"
    port = 4242
    use = ["results"]

No browser can name another address: a page chooses among these names.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from ctviz.core import InvalidParameter
from ctviz.core.structure import Misfit, StrictConverter, structured

Use: TypeAlias = Literal["images", "results"]

LARGEST_BYTES = 10**6
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
LONGEST_AE_TITLE = 16
MOST_PATIENCE = 600.0

UNREADABLE = "The file of servers cannot be read as TOML; correct it."


@dataclass(frozen=True)
class PacsServer:
    """One server, spoken to by DICOMweb if it has a URL, else by DIMSE.

    Parameters
    ----------
    name
        What commands call it.
    title
        What the page calls it; its name by default.
    url
        Where its DICOMweb services begin.
    ae_title, host, port
        Its application entity.
    calling
        Our own AE title, which the server may have to know.
    use
        Whether images are fetched from it, results sent to it, or both.
    user, password_env, password_file
        Who asks, and where the password is: in the environment, or in a file of mode 0600.
    token_env, token_file
        The same for a bearer token.
    ca
        File with the certificates of those who may vouch for the server, in place of the usual
        ones.
    tls
        Whether DIMSE is encrypted.
    unencrypted
        Whether a password may go to another machine without encryption.
    move_to, via
        For a server that only sends to nodes that it knows: the AE title of such a node, and the
        name of the server under which the images are then fetched from it.
    patience
        Seconds without a sign of life after which the server is given up.
    """

    name: str
    title: str = ""
    url: str = ""
    ae_title: str = ""
    host: str = ""
    port: int = 0
    calling: str = "CTVIZ"
    use: tuple[Use, ...] = ("images",)
    user: str = ""
    password_env: str = ""
    password_file: str = ""
    token_env: str = ""
    token_file: str = ""
    ca: str = ""
    tls: bool = False
    unencrypted: bool = False
    move_to: str = ""
    via: str = ""
    patience: float = 30.0

    def __post_init__(self) -> None:
        why = self._wrong()
        if why:
            raise InvalidParameter(f"In the file of servers, '{self.name[:40]}' {why}.")

    @property
    def called(self) -> str:
        """What a person calls it."""
        return self.title or self.name

    @property
    def images(self) -> bool:
        """Whether images are fetched from it."""
        return "images" in self.use

    @property
    def results(self) -> bool:
        """Whether results are sent to it."""
        return "results" in self.use

    @property
    def web(self) -> bool:
        """Whether it is spoken to by DICOMweb."""
        return bool(self.url)

    @property
    def secret(self) -> bool:
        """Whether it wants to know who asks."""
        return bool(self.password_env or self.password_file or self.token_env or self.token_file)

    @property
    def address(self) -> str:
        """Where it is, without any secret."""
        return self.url if self.web else f"{self.ae_title}@{self.host}:{self.port}"

    def _wrong(self) -> str:
        """Return what is wrong, empty if nothing is."""
        if not self.name.isprintable() or not self.name:
            return "has no name that can be shown"
        if bool(self.url) == bool(self.host):
            return "must have either 'url' or 'ae_title', 'host' and 'port'"
        if bool(self.move_to) != bool(self.via):
            return "must have both 'move_to' and 'via' or neither"
        if not 0 < self.patience <= MOST_PATIENCE:
            return f"must have a 'patience' between 0 and {MOST_PATIENCE:.0f} seconds"
        return self._wrong_url() if self.url else self._wrong_entity()

    def _wrong_url(self) -> str:
        try:
            parts = urlsplit(self.url)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            parts, host = urlsplit(""), ""
        if parts.scheme not in {"http", "https"} or not host or parts.query or parts.fragment:
            return "must have a 'url' like https://pacs.example/dicom-web"
        if parts.username or parts.password:
            return "must not have a password in its 'url'; use 'user' and 'password_env'"
        open_way = parts.scheme == "http" and host not in LOCAL
        if self.secret and open_way and not self.unencrypted:
            return "would send its password in the clear; use https, or set 'unencrypted' to true"
        if self.user and not (self.password_env or self.password_file):
            return "has a 'user' without 'password_env' or 'password_file'"
        return ""

    def _wrong_entity(self) -> str:
        titles = [self.ae_title, self.calling, *([self.move_to] if self.move_to else [])]
        if any(not 0 < len(t.strip()) <= LONGEST_AE_TITLE or not t.isascii() for t in titles):
            return f"must have AE titles of 1 to {LONGEST_AE_TITLE} plain letters"
        if not 0 < self.port < 2**16:
            return "must have a 'port' between 1 and 65535"
        return "cannot have a password: DIMSE knows none" if self.secret or self.user else ""


def read_servers(path: Path) -> dict[str, PacsServer]:
    """Return the servers of a file by their names, in its order.

    Raises
    ------
    InvalidParameter
        If it is no TOML, or says what we do not know.
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise InvalidParameter(UNREADABLE)
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        raise InvalidParameter(UNREADABLE) from None
    tables = document.get("servers")
    if set(document) != {"servers"} or not isinstance(tables, dict):
        raise InvalidParameter(
            "The file of servers must have a table [servers.NAME] for each server, and no other."
        )
    servers = {name: _server(name, table, path.parent) for name, table in tables.items()}
    for server in servers.values():
        if server.via and (server.via not in servers or servers[server.via].via):
            raise InvalidParameter(
                f"In the file of servers, '{server.name[:40]}' must name in 'via' a server from "
                "which can be fetched."
            )
    return servers


def _server(name: str, table: object, folder: Path) -> PacsServer:
    if not isinstance(table, Mapping) or "name" in table:
        raise InvalidParameter(f"In the file of servers, '{name[:40]}' must be a table.")
    converter = StrictConverter(closed=True, nulls=False)
    try:
        server = structured(converter, PacsServer, {**table, "name": name})
    except Misfit as misfit:
        where = f"'{misfit.where}' of " if misfit.path else ""
        what = misfit.wanted if misfit.path else "a table of known entries; see docs/pacs.md"
        raise InvalidParameter(
            f"In the file of servers, {where}'{name[:40]}' must be {what}."
        ) from None
    return replace(
        server,
        password_file=_beside(folder, server.password_file),
        token_file=_beside(folder, server.token_file),
        ca=_beside(folder, server.ca),
    )


def _beside(folder: Path, file: str) -> str:
    """Return where a file is that is named as seen from the file of servers."""
    return str(folder / file) if file else ""
