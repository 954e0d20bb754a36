"""The public surface is one sorted list, and importing it is cheap."""

from __future__ import annotations

import json
import subprocess
import sys

import errata

HEAVY = (
    "datasets", "duckdb", "fastapi", "huggingface_hub", "numba", "pandas", "polars", "sklearn", "torch",
    "transformers", "umap", "uvicorn",
)  # fmt: skip
EXTRAS = ("altair", "datasets", "safetensors", "spacy", "torch", "transformers", "umap")
"""Without pandas and polars: scikit-learn and DuckDB look for them themselves."""


def loaded_after(code: str) -> set[str]:
    """Top-level modules present after ``code`` ran in a fresh interpreter."""
    report = f"{code}\nimport json, sys\nprint(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True, timeout=120)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_all_is_sorted_and_every_name_resolves() -> None:
    assert sorted(errata.__all__) == list(errata.__all__)
    for name in errata.__all__:
        assert getattr(errata, name) is not None


def test_public_names_have_docstrings() -> None:
    for name in errata.__all__:
        assert getattr(errata, name).__doc__, name


def test_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(errata, "no_such_name")


def test_import_errata_loads_nothing_heavy() -> None:
    assert loaded_after("import errata").isdisjoint(HEAVY)


def test_the_command_starts_without_any_extra() -> None:
    assert loaded_after("import errata.app.cli").isdisjoint(EXTRAS)
