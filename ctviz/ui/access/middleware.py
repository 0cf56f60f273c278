"""What every request passes before streamlit or our routes see it."""

from starlette.middleware import Middleware
from streamlit import config

from ctviz.core import Settings
from ctviz.ui.access.browser import Tokens, signer_of
from ctviz.ui.access.gate import Gate
from ctviz.ui.access.hosts import KnownHosts
from ctviz.ui.access.logins import Logins
from ctviz.ui.access.walls import Walls

EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - told apart, not bound to


def middleware(settings: Settings) -> list[Middleware]:
    """Return it from the outside to the inside."""
    address = config.get_option("server.address")
    own = () if not address or address in EVERY_ADDRESS else (str(address),)
    return [
        Middleware(Walls),
        Middleware(KnownHosts, hosts=(*settings.hosts, *own)),
        Middleware(Tokens, signer=signer_of(settings)),
        Middleware(Gate, settings=settings),
        Middleware(Logins),
    ]
