"""HTTP with one host: nothing follows a redirect, and no answer is longer than is allowed."""

import time
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, ReadTimeoutError

from ctviz.io.pacs.credentials import password_of, token_of
from ctviz.io.pacs.door import Check
from ctviz.io.pacs.encryption import encryption, unproven
from ctviz.io.pacs.servers import PacsServer
from ctviz.io.pacs.trouble import (
    PacsTrouble,
    cut_off,
    hung_up,
    not_kept,
    senseless,
    too_much,
    too_slow,
    unreachable,
)

CHUNK = 2**16
CONNECTIONS = 4
WHOLE_ANSWER = 10
"""So many times the patience for one answer, however steadily it drips."""

BUSY = frozenset({408, 429, 502, 503, 504})
WEB_PAGES = ("text/html", "application/xhtml")


class OneHost(requests.Session):  # type: ignore[misc]
    """A session of requests for one server; its secret goes nowhere else.

    Parameters
    ----------
    server
        Whose URLs may be asked for.
    check
        Called while an answer comes in.
    largest
        Bytes of an answer.
    """

    def __init__(self, server: PacsServer, check: Check, largest: int) -> None:
        super().__init__()
        self._server, self._check, self._largest = server, check, largest
        # Neither proxies nor passwords of the environment: a secret is for whom it was given.
        self.trust_env = False
        self.verify = server.ca or True
        # What cannot be read is said before anybody is asked.
        encryption(server)
        for scheme in ("http://", "https://"):
            self.mount(scheme, HTTPAdapter(pool_maxsize=CONNECTIONS))
        token, password = token_of(server), password_of(server)
        if token:
            self.headers["Authorization"] = f"Bearer {token}"
        elif password:
            self.auth = (server.user.encode(), password.encode())

    def request(self, method: str, url: str, **how: Any) -> requests.Response:  # noqa: ANN401
        """Return a whole answer that says that all is well, whatever the client asks for."""
        if urlsplit(url)[:2] != urlsplit(self._server.url)[:2]:
            raise senseless(self._server.called)
        # An asterisk may stand in an address as it is, and some servers know it in no other form.
        url = url.replace("%2A", "*")
        # The client names the host without its port.
        headers = {
            name: said for name, said in (how.get("headers") or {}).items() if name != "Host"
        }
        patience = self._server.patience
        own = {"headers": headers, "timeout": patience, "stream": True, "allow_redirects": False}
        try:
            with super().request(method, url, **{**how, **own}) as response:
                self._refuse(response)
                body = self._body(response, time.monotonic() + WHOLE_ANSWER * patience)
        except requests.exceptions.SSLError as error:
            raise unproven(self._server, error) from None
        except (requests.Timeout, ReadTimeoutError, TimeoutError):
            raise too_slow(self._server.called) from None
        except requests.ConnectionError as error:
            raise self._lost(error) from None
        except (requests.RequestException, HTTPError, OSError, ValueError):
            raise cut_off(self._server.called) from None
        response._content = body  # noqa: SLF001 - what `requests` itself does with a stream
        return response

    def _lost(self, error: requests.ConnectionError) -> PacsTrouble:
        """Return what is said of a connection that was not made, or was lost."""
        reason = getattr(error.args[0] if error.args else None, "reason", None)
        if reason:
            return unreachable(self._server.called)
        clear = urlsplit(self._server.url).scheme == "http"
        return hung_up(self._server.called) if clear else cut_off(self._server.called)

    def _body(self, response: requests.Response, deadline: float) -> bytes:
        """Return what comes, piece by piece as it comes."""
        body = bytearray()
        while piece := response.raw.read1(CHUNK, decode_content=True):
            body += piece
            self._check()
            if len(body) > self._largest:
                raise too_much(self._server.called)
            if time.monotonic() > deadline:
                raise too_slow(self._server.called)
        return bytes(body)

    def _refuse(self, response: requests.Response) -> None:
        """Refuse an answer that is none."""
        status, name = response.status_code, self._server.called
        if response.is_redirect or response.is_permanent_redirect:
            raise PacsTrouble(
                f"'{name}' sends ctviz to another address, which is not followed; put the right "
                "one into the file of servers."
            )
        if status in {401, 403}:
            raise PacsTrouble(
                f"'{name}' refuses who asks ({status}); check its user and password or token in "
                "the file of servers."
            )
        if status == 404:
            raise PacsTrouble(
                f"'{name}' has nothing under this address (404); it may have been deleted, or the "
                "'url' in the file of servers is wrong."
            )
        if status in BUSY:
            raise PacsTrouble(f"'{name}' is busy ({status}); try again later.", passing=True)
        if status == 409:
            raise not_kept(name)
        if status >= 400:
            raise PacsTrouble(
                f"'{name}' failed by itself ({status}); ask whoever runs it, or try again later.",
                passing=status >= 500,
            )
        if response.headers.get("Content-Type", "").lower().startswith(WEB_PAGES):
            raise PacsTrouble(
                f"'{name}' answers with a web page in place of DICOM; check its 'url' in the file "
                "of servers."
            )
