"""Every failure as one JSON shape, ``{code, message, remedy, column, near}``, without traceback, path or SQL."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from errata.core.errors import ErrataError, FilterError

_PATH = re.compile(r"(?<![\w:/\\])(?:[A-Za-z]:[\\/]|~?/)(?:[^\s:;,'\"`]*[\\/])+(?=[^\s\\/])")
_STATUS = {
    404: ("not_found", "There is nothing at this address.", "see the routes of the OpenAPI description."),
    405: ("method", "This address does not take this method.", "see the routes of the OpenAPI description."),
}


def error_response(
    status: int, code: str, message: str, remedy: str = "", *, column: int | None = None, near: Sequence[str] = ()
) -> Response:
    """An error as our JSON."""
    body = {"code": code, "message": message, "remedy": remedy, "column": column, "near": list(near)}
    return Response(json.dumps(body), status, media_type="application/json")


def without_paths(text: str) -> str:
    """The text with folders cut from paths: what a file is called may be said, where it lies may not."""
    return _PATH.sub("", text)


def add_handlers(app: FastAPI) -> None:
    """Make every failure of ``app`` answer in our shape."""
    app.add_exception_handler(ErrataError, _on_known)
    app.add_exception_handler(RequestValidationError, _on_parameters)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_unknown)


def _on_known(request: Request, fault: Exception) -> Response:
    if not isinstance(fault, ErrataError):
        return _on_unknown(request, fault)
    place: dict[str, Any] = {}
    message = fault.message
    if isinstance(fault, FilterError):
        place = {"column": fault.column, "near": fault.near}
    else:
        message = without_paths(message)
    return error_response(fault.http_status, fault.code, message, without_paths(fault.remedy), **place)


def _on_parameters(request: Request, fault: Exception) -> Response:
    found = fault.errors() if isinstance(fault, RequestValidationError) else []
    named = sorted({str(entry["loc"][-1]) + ": " + str(entry["msg"]) for entry in found})
    return error_response(422, "parameters", "; ".join(named) or "A parameter is wrong.", "correct the parameters.")


def _on_http(request: Request, fault: Exception) -> Response:
    status = fault.status_code if isinstance(fault, HTTPException) else 500
    code, message, remedy = _STATUS.get(status, ("http", "The request cannot be answered.", ""))
    return error_response(status, code, message, remedy)


def _on_unknown(request: Request, fault: Exception) -> Response:
    """The server raises the fault again afterwards, so the terminal shows it once."""
    return error_response(
        500, "internal", "An internal fault stopped this request.", "the terminal that runs errata shows it; report it."
    )
