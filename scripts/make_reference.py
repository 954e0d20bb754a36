"""Write ``docs/reference`` from the program itself: commands, routes, Python API, stored columns, settings.

``python scripts/make_reference.py`` writes; ``--check`` only says what would change and ends with 1 if anything would.
"""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import typer

import errata
from errata.app.cli import app
from errata.app.routes import openapi
from errata.core.filters import FUNCTIONS
from errata.core.schema import FORMAT_VERSION, ISSUES, SAMPLES, TOKENS, UNITS, column_doc, column_kind
from errata.core.settings import SETTINGS

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"
NOTE = "<!-- Written by scripts/make_reference.py (`make docs`); edit the source instead. -->\n"


def pages() -> dict[str, str]:
    """Every page of the reference: file name → Markdown."""
    return {
        "cli.md": _cli(),
        "api.md": _api(openapi()),
        "python.md": _python(),
        "columns.md": _columns(),
        "settings.md": _settings(),
    }


def _cli() -> str:
    command: Any = typer.main.get_command(app)  # typer's own copy of click has no public types
    parts = [
        NOTE,
        "# Command line\n",
        (command.help or "") + "\n",
        "JSON goes to standard output with `--json`, everything for people to standard error. "
        "Exit codes: 0 ok, 1 a check failed, 2 usage or bad input, 3 internal fault, 130 stopped.\n",
    ]
    for name, sub in sorted(command.commands.items()):
        parts.append(_command(name, sub))
    return "\n".join(parts)


def _command(name: str, command: Any) -> str:
    context = command.context_class(command, info_name=f"errata {name}")
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    names = [p.metavar or p.name.upper() for p in arguments]
    pieces = [shown if p.required else f"[{shown}]" for p, shown in zip(arguments, names, strict=True)]
    usage = " ".join([f"errata {name}", *pieces, "[OPTIONS]"])
    lines = [f"## `errata {name}`\n", (command.help or "").strip() + "\n", f"```\n{usage}\n```\n"]
    rows = []
    for parameter in command.params:
        if parameter.name == "help":
            continue
        if parameter.param_type_name == "argument":
            rows.append((f"`{parameter.metavar or parameter.name.upper()}`", parameter.help or "", ""))
        else:
            kind = "" if parameter.is_flag else parameter.metavar or parameter.display_type(context) or ""
            kind = kind.replace(" range>", ">").replace("<list[str]>", "<str>")
            spelled = ", ".join([*parameter.opts, *parameter.secondary_opts])
            value = f" {kind}" if kind else ""
            default = "" if parameter.is_flag or parameter.default in (None, "", ()) else f"`{parameter.default}`"
            rows.append((f"`{spelled}{value}`", parameter.help or "", default))
    return "\n".join([*lines, _table(("option", "meaning", "default"), rows)])


def _api(description: Mapping[str, Any]) -> str:
    parts = [
        NOTE,
        "# HTTP API\n",
        "What the console asks. The server listens on loopback only; every route but `/api/health` needs the session "
        "cookie that the printed one-time address sets. Errors are always "
        '`{"code", "message", "remedy", "column"?, "near"?}` with a 4xx or 5xx status.\n',
    ]
    for path, methods in sorted(description["paths"].items()):
        for method, route in sorted(methods.items()):
            parts += [f"## `{method.upper()} {path}`\n", route.get("description", route.get("summary", "")) + "\n"]
            rows = [
                (
                    f"`{p['name']}`",
                    str(p["in"]),
                    _type(p["schema"]),
                    str(p.get("description", "")),
                    _default(p["schema"]),
                )
                for p in route.get("parameters", ())
            ]
            parts.append(_table(("parameter", "in", "type", "meaning", "default"), rows))
            answer = route["responses"].get("200", {}).get("content", {}).get("application/json", {}).get("schema")
            if answer:
                parts.append(f"Answer: {_type(answer)}\n")
    parts.append("# Shapes\n")
    for name, shape in sorted(description.get("components", {}).get("schemas", {}).items()):
        if "properties" not in shape:
            continue
        parts += [f"## {name}\n", *([shape["description"] + "\n"] if shape.get("description") else [])]
        fields = [(f"`{key}`", _type(kind), kind.get("description", "")) for key, kind in shape["properties"].items()]
        parts.append(_table(("field", "type", "meaning"), fields))
    return "\n".join(parts)


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_type(option) for option in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"map to {_type(schema['additionalProperties'])}"
    return str(schema.get("type", "any"))


def _default(schema: Mapping[str, Any]) -> str:
    return f"`{schema['default']}`" if schema.get("default") not in (None, "") else ""


def _python() -> str:
    parts = [NOTE, "# Python API\n", "```python\nimport errata\n```\n"]
    for name in errata.__all__:
        member = getattr(errata, name)
        parts.append(_member(f"errata.{name}", member))
        if inspect.isclass(member):
            parts += [
                _member(f"{name}.{key}", value)
                for key, value in vars(member).items()
                if not key.startswith("_") and (callable(value) or isinstance(value, property))
            ]
    return "\n".join(parts)


def _member(name: str, member: Any) -> str:
    documented = member.fget if isinstance(member, property) else member
    parts = [f"## `{name}`\n"]
    if not isinstance(member, property) and not inspect.isclass(member):
        parts.append(f"```python\n{_signature(name, member)}\n```\n")
    return "\n".join([*parts, f"{inspect.getdoc(documented) or ''}\n"])


def _signature(name: str, function: Any) -> str:
    """The call as a reader would write it: annotations as in the source, functions as defaults by their name."""
    signature = inspect.signature(function)
    shown, named_only = [], False
    for parameter in signature.parameters.values():
        if parameter.name == "self":
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not named_only:
            named_only = True
            shown.append("*")
        text = ("**" if parameter.kind is parameter.VAR_KEYWORD else "") + f"{parameter.name}: {parameter.annotation}"
        if parameter.default is not parameter.empty:
            text += f" = {getattr(parameter.default, '__name__', None) or repr(parameter.default)}"
        shown.append(text)
    listed = "".join(f"    {text},\n" for text in shown)
    return f"{name}(\n{listed}) -> {signature.return_annotation}" if shown else f"{name}()"


def _columns() -> str:
    parts = [
        NOTE,
        "# Stored columns\n",
        f"Stored format version {FORMAT_VERSION}. Filters, sorts and facets name the columns of units and samples; "
        "a unit column and a sample column of one name are told apart by `sample_text` for the whole text. "
        "Metadata of the data set appears as `meta_*` columns of samples. Undefined is null.\n",
    ]
    tables: Iterable[tuple[str, str, pa.Schema]] = (
        ("units", "One row per unit: a pair of gold and predicted spans, a span without partner, or a text.", UNITS),
        ("samples", "One row per sample.", SAMPLES),
        ("tokens", "One row per token of the data set.", TOKENS),
        ("issues", "One row per candidate label issue, un-annotated regions included.", ISSUES),
    )
    for name, sentence, schema in tables:
        rows = [(f"`{field.name}`", _kind(field), column_doc(field)) for field in schema]
        parts += [f"## {name}\n", sentence + "\n", _table(("column", "kind", "meaning"), rows)]
    functions = [(f"`{function.signature}`", function.doc) for function in FUNCTIONS]
    parts += ["## Functions of filters\n", _table(("function", "true where"), functions)]
    return "\n".join(parts)


def _kind(field: pa.Field) -> str:
    return "list" if pa.types.is_list(field.type) else column_kind(field)


def _settings() -> str:
    rows = [(f"`{s.environment}`", s.help, f"`{s.default}`") for s in SETTINGS]
    return "\n".join(
        [
            NOTE,
            "# Settings\n",
            "Every limit is an environment variable.\n",
            _table(("variable", "meaning", "default"), rows),
        ]
    )


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    cells = [tuple(" ".join(cell.split()).replace("|", "\\|") for cell in row) for row in rows]
    if not cells:
        return ""
    used = [i for i in range(len(heads)) if any(row[i] for row in cells)]
    lines = [" | ".join(heads[i] for i in used), " | ".join("---" for _ in used)]
    lines += [" | ".join(row[i] for i in used) for row in cells]
    return "\n".join(f"| {line} |" for line in lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    changed = [
        name
        for name, page in pages().items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text(encoding="utf-8") != page
    ]
    if not check:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name in changed:
            (FOLDER / name).write_text(pages()[name], encoding="utf-8")
    for name in changed:
        print(f"docs/reference/{name}: {'is out of date; run `make docs`' if check else 'written'}")
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
