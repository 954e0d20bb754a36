"""The built console: a fixed list of files, read at start. No request is ever turned into a path."""

from __future__ import annotations

import mimetypes
from importlib import resources
from importlib.resources.abc import Traversable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from errata.app.pages import unbuilt_page

_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".html": "text/html",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}


def console_files() -> dict[str, bytes]:
    """Path below the console's folder → content; empty where the console was not built."""
    found: dict[str, bytes] = {}
    folder = resources.files("errata.app") / "static"
    if folder.is_dir():
        _collect(folder, "", found)
    return found


def console_routes(files: dict[str, bytes]) -> list[Route]:
    """One route per file, and ``/`` for the page."""
    index = files.get("index.html")

    async def page(request: Request) -> Response:
        return unbuilt_page() if index is None else Response(index, media_type="text/html")

    routes = [Route("/", page, methods=["GET"], name="console")]
    return routes + [_file_route(path, content) for path, content in files.items() if path != "index.html"]


def _file_route(path: str, content: bytes) -> Route:
    suffix = path[path.rfind(".") :] if "." in path else ""
    media = _TYPES.get(suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    hashed = path.startswith("assets/")  # their names change with their content
    headers = {"Cache-Control": "private, max-age=31536000, immutable" if hashed else "no-cache"}

    async def serve(request: Request) -> Response:
        return Response(content, media_type=media, headers=headers)

    return Route(f"/{path}", serve, methods=["GET"], name=path)


def _collect(folder: Traversable, prefix: str, found: dict[str, bytes]) -> None:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            _collect(entry, f"{prefix}{entry.name}/", found)
        elif entry.is_file():
            found[prefix + entry.name] = entry.read_bytes()
