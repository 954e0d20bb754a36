"""Who may import whom, held by reading the source: rows go down, never sideways, never up, never round."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.structure.source_tree import Module, modules, target

ROWS = {
    "core": 0,
    "formats": 1, "store": 1,
    "models": 2, "analysis": 2, "edits": 2, "capture": 2,
    "query": 3,
    "jobs": 4,
    "app": 5,
}  # fmt: skip

OPTIONAL = {
    "altair": {"query.charts", "app.notebook", "app.report"},
    "dask": {"jobs.engine"},
    "datasets": {"formats.hub"},
    "distributed": {"jobs.engine"},
    "huggingface_hub": {"models.fetch", "formats.hub"},
    "keras": {"capture.keras"},
    "lightning": {"capture.lightning"},
    "onnxruntime": {"models.onnx"},
    "pandas": set(),
    "polars": set(),
    "safetensors": {"models.checkpoint", "models.huggingface"},
    "spacy": {"models.spacy_pipe", "formats.docbin", "capture.spacy"},
    "tokenizers": {"models.onnx"},
    "torch": {"models.huggingface", "capture.torch"},
    "transformers": {"models.huggingface"},
    "umap": {"analysis.maps"},
}
"""Libraries of the extras, and the only modules that may import them."""

KEPT_APART = {
    "click": {"app"},
    "duckdb": {"query"},
    "fastapi": {"app"},
    "numba": {"models", "analysis"},
    "pydantic": {"app"},
    "rich": {"app"},
    "scipy": {"models", "analysis"},
    "sklearn": {"models", "analysis"},
    "sqlglot": {"core"},
    "sqlite3": {"store"},
    "starlette": {"app"},
    "typer": {"app"},
    "uvicorn": {"app"},
}
"""Libraries of the core, and the only sub-packages that may import them."""

LAZY = {"errata.app.api": "errata"}
"""Module of ours → the module that may import it inside a function, other than for an optional library."""

ALL = modules()
NAMES = {module.name for module in ALL}


def short(name: str) -> str:
    return name.removeprefix("errata.")


@pytest.mark.parametrize("module", ALL, ids=lambda module: module.name)
def test_imports_go_down_the_rows(module: Module) -> None:
    for found in module.imports:
        other = target(found.module, NAMES)
        if other is None or not module.package:
            continue
        package = next(m for m in ALL if m.name == other).package
        assert package, f"{module.name}:{found.line} imports the root package"
        if package != module.package:
            assert ROWS[package] < ROWS[module.package], (
                f"{module.name}:{found.line} (row {ROWS[module.package]}) imports {other} (row {ROWS[package]})"
            )


def test_every_sub_package_has_a_row() -> None:
    assert {module.package for module in ALL if module.package} <= set(ROWS)


def test_no_circle_among_modules() -> None:
    needs = {
        module.name: {
            other for found in module.imports
            if not found.typing_only and (other := target(found.module, NAMES)) and other != module.name
        }
        for module in ALL
    }  # fmt: skip
    done: set[str] = set()

    def walk(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " → ".join((*trail[trail.index(name) :], name))
        if name not in done:
            for other in sorted(needs[name]):
                walk(other, (*trail, name))
            done.add(name)

    for name in sorted(needs):
        walk(name, ())


def optional_in(module: Module) -> set[str]:
    return {found.module.split(".")[0] for found in module.imports if not found.typing_only} & set(OPTIONAL)


@pytest.mark.parametrize("module", ALL, ids=lambda module: module.name)
def test_no_import_inside_a_function_dodges_a_circle(module: Module) -> None:
    """Inside a function only an optional library may be imported, or the one module of ours that holds it."""
    for found in module.imports:
        other = target(found.module, NAMES)
        if found.in_function and other is not None:
            holder = next(m for m in ALL if m.name == other)
            assert LAZY.get(other) == module.name or optional_in(holder), (
                f"{module.name}:{found.line} imports {other} inside a function"
            )


@pytest.mark.parametrize("module", ALL, ids=lambda module: module.name)
def test_libraries_stay_in_their_places(module: Module) -> None:
    for found in module.imports:
        library = found.module.split(".")[0]
        if library in OPTIONAL and not found.typing_only:
            assert short(module.name) in OPTIONAL[library], f"{module.name}:{found.line} imports {library}"
        if library in KEPT_APART:
            assert module.package in KEPT_APART[library], f"{module.name}:{found.line} imports {library}"


@pytest.mark.parametrize("module", ALL, ids=lambda module: module.name)
def test_imports_are_absolute(module: Module) -> None:
    assert not [found for found in module.imports if found.module.startswith(".")]


def test_an_optional_library_is_never_imported_on_the_way_to_the_command() -> None:
    """What `errata.app.cli` imports at the top, and what that imports, is free of every extra."""
    eager: dict[str, set[str]] = defaultdict(set)
    for module in ALL:
        for found in module.imports:
            if not found.in_function and not found.typing_only and (other := target(found.module, NAMES)):
                eager[module.name].add(other)
    reached, waiting = set(), ["errata.app.cli"]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += eager[name]
    top = {
        (module.name, library)
        for module in ALL
        if module.name in reached
        for found in module.imports
        if not found.in_function and not found.typing_only and (library := found.module.split(".")[0]) in OPTIONAL
    }
    assert top == set()
