"""What stands between a request and the routes: one ASGI middleware around the whole application, errors included.

In this order, before any work: exactly one ``Host`` header out of a fixed list (a name that resolves to this machine is
not enough: DNS rebinding); on anything but GET and HEAD, proof that the page which asks is our own; bodies are JSON and
small; a session, on every path but the health check and the login. No rule has an exception by path, cookie or client.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from errata.app.access import Access
from errata.app.errors import error_response
from errata.app.pages import login_page
from errata.core.settings import setting

log = logging.getLogger("errata.security")

OPEN_PATHS = frozenset({"/api/health"})
SAFE_METHODS = frozenset({"GET", "HEAD"})
OWN_SITE = frozenset({"same-origin", "none"})

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Address:
    """Where this server is reached: its port, and further hosts of a tunnel or proxy, each exact, with its port."""

    port: int
    allow_hosts: tuple[str, ...] = ()

    def hosts(self) -> frozenset[str]:
        """Every accepted value of ``Host``, in lower case."""
        names = ("127.0.0.1", "localhost", "[::1]")
        own = [f"{name}:{self.port}" for name in names]
        if self.port == 80:
            own += names
        return frozenset((*own, *(host.lower() for host in self.allow_hosts)))

    def origins(self, host: str) -> frozenset[str]:
        """What ``Origin`` may say of a request for ``host``; a tunnel may add TLS, this machine's own address not."""
        further = {entry.lower() for entry in self.allow_hosts}
        return frozenset({f"http://{host}", f"https://{host}"} if host in further else {f"http://{host}"})

    @property
    def cookie(self) -> str:
        """Cookies know no ports: the name keeps two servers on one machine apart."""
        return f"errata_session_{self.port}"


class SecurityMiddleware:
    def __init__(self, app: ASGIApp, *, access: Access, address: Address) -> None:
        self.app = app
        self.access = access
        self.address = address
        self._hosts = address.hosts()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, _guarded(scope, send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # there are none: a handshake is refused before all

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        host = self._host(headers)
        if host is None:
            log.warning("refused a request for another host: %.120r", headers.getlist("host"))
            await error_response(403, "forbidden", "This host name is not served here.", _HOST_REMEDY)(
                scope, receive, send
            )
            return
        refusal = self._refusal(scope, headers, host)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        if scope["method"] in SAFE_METHODS:
            await self.app(scope, receive, send)
            return
        body = await _body(receive)
        if body is None:
            await _too_large()(scope, receive, send)
            return
        if body and not _is_json(headers):
            await _NOT_JSON(scope, receive, send)
            return
        await self.app(scope, _replayed(body, receive), send)

    def _host(self, headers: Headers) -> str | None:
        """The request's host when it is one of ours."""
        given = headers.getlist("host")
        host = given[0].lower() if len(given) == 1 else ""
        return host if host in self._hosts else None

    def _refusal(self, scope: Scope, headers: Headers, host: str) -> ASGIApp | None:
        """The answer to a request that must not reach the routes."""
        unsafe = scope["method"] not in SAFE_METHODS
        if not self._is_own_page(headers, host, unsafe=unsafe):
            return error_response(403, "forbidden", "This request comes from another site.", "open the console itself.")
        if unsafe:
            has_body = headers.get("content-length", "0") != "0"
            if ("content-type" in headers or has_body) and not _is_json(headers):
                return _NOT_JSON
            length = headers.get("content-length", "0")
            if not length.isdecimal() or int(length) > setting("max_body_bytes"):
                return _too_large()
        path = scope["path"]
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        tokens = [value for name, value in query if name == "token"]
        if path == "/" and tokens and not unsafe:
            return self._log_in(headers, tokens, [pair for pair in query if pair[0] != "token"])
        if path not in OPEN_PATHS and not self._has_session(headers):
            wants_page = "text/html" in headers.get("accept", "") and not path.startswith("/api")
            return login_page() if wants_page else _UNAUTHORISED
        return None

    def _is_own_page(self, headers: Headers, host: str, *, unsafe: bool) -> bool:
        """Sec-Fetch-Site and Origin, where sent, must both be ours; an unsafe method must bring one of them.

        A page that may not ask may not be shown either (GET), so other ports of this machine learn nothing.
        """
        sites, origins = headers.getlist("sec-fetch-site"), headers.getlist("origin")
        if len(sites) > 1 or len(origins) > 1 or (unsafe and not sites and not origins):
            return False
        own = self.address.origins(host)
        is_link = not unsafe and not origins and headers.get("sec-fetch-mode") == "navigate"
        return all(site in OWN_SITE or is_link for site in sites) and all(origin in own for origin in origins)

    def _has_session(self, headers: Headers) -> bool:
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self.access.is_session(bearer.strip()):
            return True
        cookies = (part.strip().partition("=") for line in headers.getlist("cookie") for part in line.split(";"))
        return any(name == self.address.cookie and self.access.is_session(value) for name, _, value in cookies)

    def _log_in(self, headers: Headers, tokens: Sequence[str], rest: Sequence[tuple[str, str]]) -> ASGIApp:
        """Swap the token for the cookie and take it out of the address."""
        if self._has_session(headers) or (len(tokens) == 1 and self.access.log_in(tokens[0])):
            return _redirect(f"/?{urlencode(rest)}" if rest else "/", self._cookie_header())
        return login_page(spent=True)

    def _cookie_header(self) -> str:
        return f"{self.address.cookie}={self.access.secret}; Path=/; HttpOnly; SameSite=Strict"


_HOST_REMEDY = "open the address that errata printed; for a tunnel, name its host with --allow-host."
_UNAUTHORISED = error_response(
    401, "unauthorised", "There is no session.", "open the address that errata printed when it started."
)

_NOT_JSON = error_response(415, "media_type", "Bodies are JSON here.", "send Content-Type: application/json.")


def _is_json(headers: Headers) -> bool:
    return headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


def _too_large() -> ASGIApp:
    most = int(setting("max_body_bytes"))
    return error_response(413, "too_large", f"The body is larger than {most:,} bytes.", "send less.")


def _redirect(target: str, cookie: str) -> ASGIApp:
    """303 to a path of our own, with the session cookie."""

    async def respond(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"location", target.encode("latin-1")), (b"set-cookie", cookie.encode()), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    return respond


def _guarded(scope: Scope, send: Send) -> Send:
    """``send`` that puts our headers on every answer, and no foreign ones."""

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("Cache-Control", "no-store")
            for name in _foreign(headers.keys()):
                del headers[name]
        await send(message)

    return guarded


def _foreign(names: Iterable[str]) -> Sequence[str]:
    return [name for name in names if name.lower().startswith("access-control-") or name.lower() == "server"]


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None when it is too large or the client went away."""
    most = int(setting("max_body_bytes"))
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            return None
        if not message.get("more_body"):
            return b"".join(parts)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """A receive that gives a body already read, then what comes after it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay
