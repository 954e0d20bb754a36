"""The few pages the server writes itself. They hold no data, no script and nothing the request said."""

from __future__ import annotations

from starlette.responses import HTMLResponse, Response

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Errata</title></head>
<body><main><h1>{title}</h1>
{body}</main></body></html>
"""


def login_page(*, spent: bool = False) -> Response:
    """What a browser without a session sees."""
    why = "<p>This address has been used already, or it is of an earlier start.</p>" if spent else ""
    body = (
        f"{why}<p>Open the address that <code>errata</code> printed in the terminal. It works once and keeps you "
        "logged in until the server stops.</p><p>Start <code>errata open</code> again for a new one.</p>"
    )
    return HTMLResponse(_PAGE.format(title="No session", body=body), 401)


def unbuilt_page() -> Response:
    """What is shown where the console was not built."""
    body = (
        "<p>The server runs, but the console is not part of this installation.</p>"
        "<p>In a checkout: <code>make console</code> builds it (Node 20 or newer), then reload this page. "
        "Installed wheels bring it along.</p>"
        "<p>Meanwhile <code>errata metrics</code>, <code>errata units</code> and <code>errata issues</code> answer in "
        "the terminal, and <code>/api</code> answers scripts.</p>"
    )
    return HTMLResponse(_PAGE.format(title="The console is not built", body=body))
