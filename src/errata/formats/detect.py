"""The format of a file, from what is in it; its name decides only where the content leaves a choice."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

from errata.core.errors import InputError, near_names
from errata.core.types import Source
from errata.formats.contents import refuse_binary
from errata.formats.lines import INLINE, LABEL_TEXT
from errata.formats.parquet import MAGIC
from errata.formats.roles import LABEL, TEXT
from errata.formats.tagging import split_tag

FORMATS = ("conll", "csv", "tsv", "jsonl", "json", "parquet", "inline", "label-text")
LABEL_NAMES = "label-names"
"""Format of a source that holds no samples but the names of the labels, one a line."""

_SYNONYMS = {"ndjson": "jsonl", "bio": "conll", "iob": "conll", "bioes": "conll", "tab": "tsv", "pq": "parquet"}
_COLUMN_NAMES = {".conll", ".conllu", ".bio", ".bio2", ".iob", ".iob2", ".bioes", ".bilou", ".bmes", ".ner"}
_HEAD_BYTES = 1 << 18
_MOST = 0.8  # share of lines whose last field must be a tag for a file of columns to be one of tokens and tags
_MAX_NUMBER_LABELS = 50


def format_name(name: str) -> str:
    """One of FORMATS for ``--format``. Raises InputError for any other."""
    found = _SYNONYMS.get(name.lower(), name.lower())
    if found not in FORMATS:
        near = near_names(name, FORMATS)
        raise InputError(
            "--format",
            found=repr(name),
            expected=" or ".join(FORMATS),
            remedy=f"pass --format {near[0]}?" if near else "leave it out to have the format detected.",
        )
    return found


def detect(source: Source) -> str:
    """The format of a source. Raises InputError when the content is none of FORMATS."""
    if source.content.startswith(MAGIC):
        return "parquet"
    refuse_binary(source)
    head = _head(source.content)
    lines = head.split("\n")
    filled = [line for line in lines if line.strip()]
    suffix = PurePath(source.name.removesuffix(".gz")).suffix.lower()
    if not filled:
        return "conll"  # its reader says that the file is empty
    start = head.lstrip()
    if re.match(r'\{\s*("|\}|$)', start):
        return "json" if suffix == ".json" else "jsonl"
    if re.match(r"\[\s*\{", start) or (suffix == ".json" and start.startswith("[")):
        return "json"
    if all(INLINE.fullmatch(line.rstrip("\r")) for line in filled[:20]):
        return "inline"
    if suffix in _COLUMN_NAMES or _is_conll(filled, has_blank=len(filled) < len(lines) - 1):
        return "conll"
    if suffix not in (".csv", ".tsv") and _is_label_text(filled):
        return "label-text"
    table = _table_format(filled, suffix)
    if table is None:
        raise InputError(
            f"{source.name}, line {next(number for number, line in enumerate(lines, 1) if line.strip())}",
            found=f"{filled[0][:60]!r}",
            expected="columns of tokens and tags, CSV, TSV, JSON, JSONL or Parquet",
            remedy=f"name the format: --format {' | '.join(FORMATS)}.",
        )
    return table


def _head(content: bytes) -> str:
    """The first lines, whatever their encoding."""
    head = content[:_HEAD_BYTES]
    for marks, codec in (
        ((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE), "utf-32"),
        ((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE), "utf-16"),
    ):
        if head.startswith(marks):
            text = head.decode(codec, errors="ignore")
            break
    else:
        text = head.removeprefix(codecs.BOM_UTF8).decode(errors="replace")
    text = text.replace("\r\n", "\n")
    if "\n" not in text:
        text = text.replace("\r", "\n")
    return text if len(content) <= _HEAD_BYTES else text[: text.rfind("\n") + 1] or text


def _is_conll(filled: Sequence[str], *, has_blank: bool) -> bool:
    rows = _fields([line for line in filled if not line.startswith(("-DOCSTART-", "# "))])
    if not rows:
        return filled[0].startswith("-DOCSTART-")
    width = Counter(map(len, rows)).most_common(1)[0][0]
    if width == 1:
        return has_blank and all(len(row) == 1 for row in rows) and not any("," in row[0] for row in rows[:1])
    regular = [row for row in rows if len(row) >= width]
    for number in range(1, width):
        values = [row[number - width].strip() for row in regular]
        tagged = sum(value in ("O", "o") or (len(value) > 2 and split_tag(value) is not None) for value in values)
        if tagged >= _MOST * len(rows):
            return True
    last = Counter(row[-1] for row in regular)
    return has_blank and len(regular) >= _MOST * len(rows) and (last["O"] > 0 or set(last) <= {"_", "-"})


def _fields(lines: Sequence[str]) -> list[list[str]]:
    tabbed = 2 * sum("\t" in line.strip() for line in lines) > len(lines)
    return [line.split("\t") if tabbed else line.split() for line in lines]


def _is_label_text(filled: Sequence[str]) -> bool:
    tried = filled[:1000]
    if not all("\t" not in line and LABEL_TEXT.match(line) for line in tried):
        return False
    labels = {line.split(maxsplit=1)[0] for line in tried}
    return tried[0].startswith("__label__") or 1 < len(labels) <= min(_MAX_NUMBER_LABELS, len(tried) // 2)


def _table_format(filled: Sequence[str], suffix: str) -> str | None:
    if suffix in (".tsv", ".tab"):
        return "tsv"
    if suffix == ".csv":
        return "csv"
    first = filled[0]
    if "\t" in first and len({line.count("\t") for line in filled[:100]}) == 1:
        return "tsv"
    for delimiter, name in (("\t", "tsv"), (",", "csv"), (";", "csv"), ("|", "csv")):
        cells = {cell.strip().strip('"').lower() for cell in first.split(delimiter)}
        if len(cells) > 1 and cells & {*TEXT, *LABEL}:
            return name
    return None
