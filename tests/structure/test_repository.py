"""The repository's own promises: targets with help, pinned versions, extras, a tests tree that mirrors the source."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
TARGETS = [
    "install",
    "demo",
    "test",
    "test-all",
    "lint",
    "types",
    "bench",
    "docs",
    "console",
    "e2e",
    "screenshots",
    "clean",
]
CORE = [
    "numpy",
    "scipy",
    "scikit-learn",
    "numba",
    "pyarrow",
    "duckdb",
    "sqlglot",
    "fastapi",
    "uvicorn",
    "typer",
    "rich",
]
EXTRAS = {"hf", "umap", "spacy", "onnx", "dask", "notebook", "lightning", "keras", "all", "dev"}
TOPICS = {
    "packaging/test_hatch_build.py": "the build hook at the root",
    "query/test_answers.py": "the numbers of a summary, over catalog, measures and tally",
}
"""Unit tests that mirror no single module of the package, and what they are about."""

NOT_PINNED = {"distributed", "keras", "lightning", "onnxruntime", "spacy", "errata-studio"}
"""Of extras that no released feature uses yet."""


def name_of(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9_.-]+", requirement)
    assert found
    return found.group().lower()


def test_make_lists_every_target_with_one_line_of_help() -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in TARGETS:
        assert re.search(rf"^  make {re.escape(target)} +\S", listed, re.MULTILINE), target


def test_core_dependencies_and_extras_are_those_of_the_design() -> None:
    assert [name_of(requirement) for requirement in PROJECT["dependencies"]] == CORE
    assert set(PROJECT["optional-dependencies"]) == EXTRAS
    assert PROJECT["requires-python"] == ">=3.11"


def test_everything_the_tests_install_is_pinned_once_and_exactly() -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9A-Za-z.]*", line) for line in lines)
    pinned = [name_of(line.split("==")[0]).replace("_", "-") for line in lines]
    assert len(set(pinned)) == len(pinned)
    wanted = {name_of(entry) for extra in PROJECT["optional-dependencies"].values() for entry in extra} | set(CORE)
    assert {name.replace("_", "-") for name in wanted} - NOT_PINNED <= set(pinned)


def test_licence_is_apache() -> None:
    assert PROJECT["license"] == "Apache-2.0"
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_the_check_run_stops_at_the_first_fault_of_its_own() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "set -euo pipefail" in script.read_text(encoding="utf-8")
    subprocess.run(["bash", "-n", str(script)], check=True)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "tests" / "unit").glob("*/test_*.py")), ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_unit_tests_mirror_the_source(path: Path) -> None:
    module = ROOT / "src" / "errata" / path.parent.name / f"{path.stem.removeprefix('test_')}.py"
    assert module.exists() or f"{path.parent.name}/{path.name}" in TOPICS, f"no {module.relative_to(ROOT)}"


def test_no_data_that_may_not_be_published() -> None:
    """Texts of the data sets beside the checkout must not have found their way in; our own texts are in one folder."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    suffixes = (".conll", ".bmes", ".parquet", ".arrow", ".safetensors", ".npy", ".gz", ".pkl", ".bin")
    assert [name for name in tracked if name.endswith(suffixes)] == []
