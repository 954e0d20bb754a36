"""One application for the security tests."""

from __future__ import annotations

from typing import Any

import pytest

from errata.app.access import Access
from errata.app.server import create_app
from tests.builders import ner_view
from tests.security.asgi import PORT


@pytest.fixture(scope="session")
def view() -> Any:
    return ner_view(12, 1)


@pytest.fixture
def access() -> Access:
    return Access("the-login-token")


@pytest.fixture
def app(view: Any, access: Access) -> Any:
    return create_app({"small": view}, port=PORT, access=access)


@pytest.fixture
def session(access: Access) -> tuple[str, str]:
    """The header of a logged-in browser."""
    return ("cookie", f"theme=dark; errata_session_{PORT}={access.secret}")
