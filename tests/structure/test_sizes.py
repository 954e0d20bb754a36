"""Small modules, small functions, no logic in `__init__`, none named after the product."""

from __future__ import annotations

import ast

import pytest

from tests.structure.source_tree import Module, modules

MODULE_LINES = 400
FUNCTION_LINES = 80
LONGER = {"errata.app.cli.analyze": "one parameter a line: the command's options are its documentation"}
"""Functions that may be longer, and why."""

INIT_LINES = 20
ALL = modules()


@pytest.mark.parametrize("module", ALL, ids=lambda module: module.name)
def test_module_is_at_most_400_lines(module: Module) -> None:
    assert len(module.text.splitlines()) <= MODULE_LINES


@pytest.mark.parametrize("module", ALL, ids=lambda module: module.name)
def test_functions_are_at_most_80_lines(module: Module) -> None:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and f"{module.name}.{node.name}" not in LONGER:
            assert (node.end_lineno or 0) - node.lineno < FUNCTION_LINES, f"{module.name}:{node.lineno} {node.name}"


@pytest.mark.parametrize("module", [m for m in ALL if m.path.name == "__init__.py"], ids=lambda module: module.name)
def test_init_only_re_exports(module: Module) -> None:
    """The root may resolve its public names lazily (PEP 562); everything else is docstring, imports, ``__all__``."""
    assert len(module.text.splitlines()) <= INIT_LINES
    for node in module.tree.body:
        allowed: tuple[type[ast.stmt], ...] = (ast.Import, ast.ImportFrom, ast.Expr)
        is_all = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        is_lazy = (
            module.name == "errata" and isinstance(node, ast.FunctionDef) and node.name in ("__getattr__", "__dir__")
        )
        assert isinstance(node, allowed) or is_all or is_lazy, f"{module.name}:{node.lineno}"


@pytest.mark.parametrize("module", ALL, ids=lambda module: module.name)
def test_no_module_is_named_after_the_product(module: Module) -> None:
    assert module.name == "errata" or module.name.rsplit(".", 1)[-1] not in {
        "errata",
        "main",
        "utils",
        "helpers",
        "misc",
    }


@pytest.mark.parametrize("module", [m for m in ALL if m.path.name != "__init__.py"], ids=lambda module: module.name)
def test_module_says_what_it_is_for(module: Module) -> None:
    assert ast.get_docstring(module.tree), module.name


@pytest.mark.parametrize("module", ALL, ids=lambda module: module.name)
def test_no_assert_no_swallowed_error(module: Module) -> None:
    for node in ast.walk(module.tree):
        assert not isinstance(node, ast.Assert), f"{module.name}:{node.lineno} assert in the product"
        if isinstance(node, ast.ExceptHandler):
            broad = node.type is None or ast.unparse(node.type) in ("Exception", "BaseException")
            silent = all(isinstance(step, ast.Pass | ast.Continue) for step in node.body)
            assert not (broad and silent), f"{module.name}:{node.lineno} swallows every error"
