"""The console's types are made from the description of the server that is here now."""

from __future__ import annotations

import json
from pathlib import Path

from errata.app.routes import openapi

REMEDY = "python -m errata.app.openapi > console/openapi.json && cd console && npm run types"


def test_the_description_is_the_server_s(root: Path) -> None:
    stored = json.loads((root / "console" / "openapi.json").read_text())
    assert stored == json.loads(json.dumps(openapi())), REMEDY


def test_the_types_name_every_model(root: Path) -> None:
    """`npm run types:check` compares all of it; this runs where no npm is."""
    types = (root / "console" / "src" / "api" / "schema.d.ts").read_text()
    missing = [name for name in openapi()["components"]["schemas"] if f"        {name}: {{" not in types]
    assert not missing, REMEDY


def test_the_lock_file_names_no_registry(root: Path) -> None:
    lock = json.loads((root / "console" / "package-lock.json").read_text())
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
