"""TLS with a server: who may vouch for it, and what is said of one that cannot prove who it is."""

import ssl
from collections.abc import Callable

from ctviz.core import InvalidParameter
from ctviz.io.pacs.servers import PacsServer
from ctviz.io.pacs.trouble import PacsTrouble

EXPIRED, NOT_YET, OTHER_NAME, OTHER_ADDRESS = 10, 9, 62, 64
"""Of OpenSSL's X509_V_ERR codes."""


def encryption(server: PacsServer) -> ssl.SSLContext:
    """Return how connections to a server are encrypted and how it is told from others.

    Raises
    ------
    InvalidParameter
        If its ``ca`` is no file of certificates.
    """
    try:
        return ssl.create_default_context(cafile=server.ca or None)
    except (OSError, ValueError):
        raise InvalidParameter(
            f"The certificates for '{server.called}' cannot be read; 'ca' in the file of servers "
            "must name a PEM file."
        ) from None


def unproven(server: PacsServer, error: BaseException) -> PacsTrouble:
    """Return what is said of a server with which no encryption came about.

    Parameters
    ----------
    error
        Of Python's `ssl`, or another that was raised while one of these was handled.
    """
    name, cause = server.called, _cause(error)
    if not isinstance(cause, ssl.SSLCertVerificationError):
        return PacsTrouble(
            f"'{name}' does not speak TLS under this address; check its port, and whether it is "
            "encrypted at all, in the file of servers."
        )
    code = cause.verify_code
    if code in {EXPIRED, NOT_YET}:
        when = "has expired" if code == EXPIRED else "is not valid yet"
        return PacsTrouble(
            f"The certificate of '{name}' {when}; ask whoever runs it for a new one, and check "
            "this machine's clock."
        )
    if code in {OTHER_NAME, OTHER_ADDRESS}:
        return PacsTrouble(
            f"The certificate of '{name}' is for another host; put the name that stands in it "
            "into the file of servers."
        )
    return PacsTrouble(
        f"'{name}' cannot prove that it is who it should be; give the certificate of whoever "
        "vouches for it as 'ca' in the file of servers."
    )


def _cause(error: BaseException) -> ssl.SSLError | None:
    """Return the error of TLS that led to another one, or that another one carries."""
    found, seen = [error], set()
    while found:
        each = found.pop()
        if isinstance(each, ssl.SSLError):
            return each
        if id(each) not in seen:
            seen.add(id(each))
            within = (each.__cause__, each.__context__, getattr(each, "reason", None), *each.args)
            found += [other for other in within if isinstance(other, BaseException)]
    return None


def witnessed(context: ssl.SSLContext, note: Callable[[OSError], object]) -> ssl.SSLContext:
    """Let a context tell why no encryption came about, for a library that only logs it."""

    class WitnessingSocket(ssl.SSLSocket):
        def do_handshake(self, block: bool = False) -> None:
            try:
                super().do_handshake(block)
            except OSError as error:
                note(error)
                raise

    context.sslsocket_class = WitnessingSocket
    return context
