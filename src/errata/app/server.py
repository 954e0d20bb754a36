"""The application and the process that serves it, on this machine only."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence

import uvicorn
from fastapi import FastAPI

from errata.app.access import Access
from errata.app.assets import console_files, console_routes
from errata.app.errors import add_handlers
from errata.app.library import Library, RunsInMemory, RunSource
from errata.app.routes import router
from errata.app.security import Address, SecurityMiddleware
from errata.core.errors import UsageError
from errata.query.view import RunView

LOOPBACK = {"127.0.0.1": socket.AF_INET, "localhost": socket.AF_INET, "::1": socket.AF_INET6}
MAX_HEADER_BYTES = 64 * 1024


def create_app(
    runs: Mapping[str, RunView] | RunSource,
    *,
    port: int,
    token: str | None = None,
    allow_hosts: Sequence[str] = (),
    access: Access | None = None,
) -> SecurityMiddleware:
    """The whole application for a server on ``port``: routes, console, and the guard around both.

    ``runs``: views by name, or a RunSource that opens them on first need. ``token``: the login token, random by
    default; ``access`` replaces it. ``allow_hosts``: further exact ``Host`` values (``name`` or ``name:port``).
    """
    source = RunsInMemory(runs) if isinstance(runs, Mapping) else runs
    access = access or Access(token)
    app = FastAPI(title="Errata", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.library = Library(source)
    app.state.access = access
    app.include_router(router)
    app.router.routes.extend(console_routes(console_files()))
    add_handlers(app)
    return SecurityMiddleware(app, access=access, address=Address(port, tuple(allow_hosts)))


def listen(host: str = "127.0.0.1", port: int = 0) -> socket.socket:
    """A listening socket on this machine; port 0 = any free one. Raises UsageError for any other address."""
    if host not in LOOPBACK:
        raise UsageError(
            f"{host}: the console is served on this machine only.",
            remedy="use 127.0.0.1; to reach it from elsewhere, tunnel: ssh -L 8765:127.0.0.1:8765 THIS-MACHINE.",
        )
    sock = socket.socket(LOOPBACK[host], socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind(("127.0.0.1" if host == "localhost" else host, port))
        sock.listen(128)  # a browser that is opened at once waits until the server runs
    except OSError as problem:
        sock.close()
        raise UsageError(
            f"port {port} cannot be used: {problem.strerror}.", remedy="choose another --port, or 0 for any free one."
        ) from None
    return sock


def url_of(sock: socket.socket, token: str | None) -> str:
    """The address to open."""
    host, port = sock.getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}/" + (f"?token={token}" if token else "")


def serve(
    runs: Mapping[str, RunView] | RunSource,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    allow_hosts: Sequence[str] = (),
    announce: Callable[[str], None],
) -> None:
    """Serve until interrupted. ``announce`` is called with the address to open, now and whenever a new one is made."""
    sock = listen(host, port)
    access = Access(on_renewal=lambda token: announce(url_of(sock, token)))
    app = create_app(runs, port=sock.getsockname()[1], allow_hosts=allow_hosts, access=access)
    config = uvicorn.Config(
        app,
        access_log=False,  # it would write the token of the first request
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=MAX_HEADER_BYTES,
        http="h11",
        ws="none",
        lifespan="off",
        timeout_graceful_shutdown=2,
    )
    announce(url_of(sock, access.token))
    uvicorn.Server(config).run(sockets=[sock])
