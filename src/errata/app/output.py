"""What the command line prints: results on standard output, everything else on standard error."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from errata.core.types import Notice

messages = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
UNDEFINED = "undefined"
MARKS = {"info": "·", "warning": "!", "error": "✗"}


def say(text: str) -> None:
    """One line for the person, on standard error."""
    messages.print(text)


def emit(text: str) -> None:
    """A result, on standard output, exactly as given."""
    sys.stdout.write(text)


def emit_json(value: Any) -> None:
    emit(json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n")


def emit_rows(rows: Iterable[Mapping[str, Any]], format: str, heads: Sequence[str] = ()) -> None:
    """Rows as ``jsonl``, ``csv`` (exact: no cell is altered) or ``table``; ``heads`` name the columns if there are none."""
    rows = list(rows)
    heads = list(rows[0]) if rows else heads
    if format == "jsonl":
        emit("".join(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows))
    elif format == "csv":
        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, heads, lineterminator="\n")
        if heads:
            writer.writeheader()
        writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
        emit(buffer.getvalue())
    else:
        emit_table(heads, [[_shown(value) for value in row.values()] for row in rows])


def emit_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """An aligned table for people."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(highlight=False, markup=False, emoji=False, soft_wrap=False).print(table)


def show_notices(notices: Sequence[Notice]) -> None:
    """The pre-flight report: each finding with its count and examples."""
    if not notices:
        say("Pre-flight: nothing to report.")
        return
    say(f"Pre-flight: {counted(len(notices), 'finding')}.")
    for notice in notices:
        say(f"  {MARKS[notice.severity]} {notice.message} ({notice.count:,})")
        for example in notice.examples[:3]:
            say(f"      {_short(example)}")


def show_metrics(found: Mapping[str, Any]) -> None:
    """The metrics JSON as tables, every number with its convention and interval."""
    overall = found["overall"]
    convention = f", {found['convention']}" if found.get("convention") else ""
    say(f"{found['n_samples']:,} samples, {found['n_units']:,} units{convention}" + _selection(found))
    heads = ["", "precision", "recall", "F1", "95 % interval", "support"]
    rows = [_metric_row(name, overall[name]) for name in ("micro", "macro", "weighted") if name in overall]
    rows += [_metric_row(name, entry) for name, entry in found.get("by", {}).items()]
    emit_table(heads, rows)
    if overall.get("accuracy") is not None:
        emit(f"accuracy {overall['accuracy']:.4f}\n")
    if found.get("conventions"):
        emit_table(
            ["convention", "precision", "recall", "F1"],
            [
                [name, *(_number(entry[key]) for key in ("precision", "recall", "f1"))]
                for name, entry in found["conventions"].items()
            ],
        )
    if found.get("error_types"):
        emit("   ".join(f"{name} {count:,}" for name, count in found["error_types"].items()) + "\n")


def counted(n: int, what: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"


def _metric_row(name: str, entry: Mapping[str, Any]) -> list[str]:
    low, high = entry.get("f1_low"), entry.get("f1_high")
    interval = "" if low is None or high is None else f"{low:.4f} – {high:.4f}"
    numbers = [_number(entry.get(key)) for key in ("precision", "recall", "f1")]
    support = entry.get("support")
    return [name, *numbers, interval, "" if support is None else f"{support:,}"]


def _selection(found: Mapping[str, Any]) -> str:
    parts = [f"split {found['split']}" if found.get("split") else "", found.get("where") or ""]
    shown = ", ".join(part for part in parts if part)
    return f" ({shown})" if shown else ""


def _number(value: float | None) -> str:
    return UNDEFINED if value is None else f"{value:.4f}"


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.3f}"
    return _short("; ".join(map(str, value)) if isinstance(value, list) else str(value))


def _short(text: str, width: int = 160) -> str:
    """One line of bounded width, control characters made visible, so that data cannot drive the terminal."""
    plain = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)
    return plain if len(plain) <= width else plain[: width - 1] + "…"
