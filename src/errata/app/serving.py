"""From a command to the console: serve runs, say where, open the browser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from errata.app.output import say
from errata.app.project import StoredRuns
from errata.app.server import serve
from errata.store.runs import Run

BROWSER_DELAY = 0.3  # seconds: the socket listens already, the first answer comes sooner when the server is up


def serve_runs(
    runs: Sequence[Run],
    *,
    port: int = 0,
    allow_hosts: Sequence[str] = (),
    browser: Callable[[str], object] | None = None,
) -> None:
    """Serve ``runs`` on this machine until interrupted; ``browser`` is called once with the address to open."""
    pending = [browser] if browser is not None else []

    def announce(url: str) -> None:
        say(f"Console: {url}   (the address works once; Ctrl-C ends the server)")
        if pending:
            timer = threading.Timer(BROWSER_DELAY, pending.pop(), [url])
            timer.daemon = True
            timer.start()

    serve(StoredRuns(runs), port=port, allow_hosts=allow_hosts, announce=announce)
