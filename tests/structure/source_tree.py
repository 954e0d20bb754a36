"""The source of the package as the structure tests see it: modules, and what each imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src"


@dataclass(frozen=True)
class Import:
    """One import: dotted module, line, and whether it stands inside a function or under TYPE_CHECKING."""

    module: str
    line: int
    in_function: bool
    typing_only: bool


@dataclass(frozen=True)
class Module:
    name: str
    path: Path

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def package(self) -> str:
        """Sub-package (``formats``); empty for the root and ``python -m errata``."""
        inside = self.path.relative_to(SOURCE / "errata").parts
        return inside[0] if len(inside) > 1 else ""

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        return tuple(_imports(self.tree, in_function=False, typing_only=False))


def _imports(node: ast.AST, *, in_function: bool, typing_only: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, child.lineno, in_function, typing_only)
        elif isinstance(child, ast.ImportFrom) and child.module and child.level == 0:
            for alias in child.names:
                yield Import(f"{child.module}.{alias.name}", child.lineno, in_function, typing_only)
        elif isinstance(child, ast.ImportFrom):
            yield Import("." * child.level + (child.module or ""), child.lineno, in_function, typing_only)
        else:
            yield from _imports(
                child,
                in_function=in_function or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda),
                typing_only=typing_only or (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)),
            )


def modules() -> list[Module]:
    found = []
    for path in sorted((SOURCE / "errata").rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        found.append(Module(".".join(parts[:-1] if parts[-1] == "__init__" else parts), path))
    return found


def target(imported: str, names: set[str]) -> str | None:
    """The module of ours that ``imported`` (``errata.core.types.Spans``) stands in; None for others'."""
    parts = imported.split(".")
    for length in range(len(parts), 0, -1):
        if (name := ".".join(parts[:length])) in names:
            return name
    return None
