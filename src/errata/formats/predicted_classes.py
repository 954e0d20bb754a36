"""Predicted classes of one split: labels, lists of labels, probabilities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from errata.core.errors import InputError
from errata.core.types import DataSet, Floats, Ints, Notice, ReadOptions, Source
from errata.formats.contents import utf8
from errata.formats.detect import detect
from errata.formats.prediction_rows import matched, read_arrays, read_table, require_length
from errata.formats.roles import from_json
from errata.formats.table import Table

PRED = (
    *(
        "pred",
        "prediction",
        "predicted",
        "pred_label",
        "predicted_label",
        "pred_labels",
        "predictions",
        "predicted_labels",
    ),
    *("label", "labels"),
)
TABLES = ("csv", "tsv", "json", "jsonl", "parquet")
PROBS = ("probs", "probabilities", "scores", "pred_probs")
PROB_PREFIX = "p_"
_THRESHOLD = 0.5
_SUM_TOLERANCE = 0.02  # half-precision probabilities do not add up to 1 exactly


@dataclass(frozen=True, slots=True)
class ClassPart:
    """Predictions for ``covered`` of the samples ``rows`` of a split, in the order of ``covered``.

    ``pred``: int codes into ``labels`` (-1 = none), or bool ``(n, n_labels)`` for multi-label. ``probs`` float32
    ``(n, n_labels)`` or None.
    """

    rows: Ints
    covered: Ints
    labels: tuple[str, ...]
    pred: npt.NDArray[Any]
    probs: Floats | None
    notices: tuple[Notice, ...] = ()


def read_class_part(source: Source, data: DataSet, rows: Ints, options: ReadOptions) -> ClassPart:
    """Predicted classes from one file. Raises InputError, with line or row, where they do not fit the split."""
    arrays = read_arrays(source)
    if arrays is not None:
        return _from_arrays(source, arrays, data, rows, options)
    source = replace(source, format=_format(source))
    if source.format not in TABLES:
        return _from_lines(source, data, rows, options)
    table, covered = matched(read_table(source), data, rows, options)
    probs = _probs(table, data, options)
    name = next((name for name in PRED if name in table.columns), None)
    if name is None and probs is None:
        raise InputError(
            source.name,
            found=f"the columns {', '.join(map(repr, table.columns))}",
            expected=f"a predicted label in {PRED[0]!r}, or probabilities in p_<label> columns or {PROBS[0]!r}",
            remedy="rename the column of the predictions to 'pred'.",
        )
    values = None if name is None else [from_json(value) for value in table.values(name)]
    return _part(table.where, rows, covered, values, probs, data, options)


def _format(source: Source) -> str:
    """The format of a table, also of one that only its header tells; another word for lines of labels."""
    try:
        format = detect(source)
    except InputError:
        format = ""
    if format in TABLES:
        return format
    first = utf8(source)[0].decode().partition("\n")[0].strip()
    is_tabbed = "\t" in first
    is_header = any(cell in PRED or cell.startswith(PROB_PREFIX) for cell in first.split("\t" if is_tabbed else ","))
    return ("tsv" if is_tabbed else "csv") if is_header else format


def _part(
    where: Any,
    rows: Ints,
    covered: Ints,
    values: Sequence[Any] | None,
    probs: tuple[tuple[str, ...], Floats] | None,
    data: DataSet,
    options: ReadOptions,
) -> ClassPart:
    many = data.task == "multilabel"
    found = None if values is None else [_names(value, row, where, many) for row, value in enumerate(values)]
    renamed = [] if found is None else [[_renamed(name, data, options) for name in names] for names in found]
    labels = tuple(
        dict.fromkeys([*(probs[0] if probs else ()), *data.labels, *(name for row in renamed for name in row)])
    )
    matrix = None
    if probs is not None:
        matrix = np.zeros((len(covered), len(labels)), np.float32)
        matrix[:, : len(probs[0])] = _sound(probs[1], many, where)
    code = {name: number for number, name in enumerate(labels)}
    pred: npt.NDArray[Any]
    if found is None:
        pred = _best(matrix, many)
    elif many:
        pred = np.zeros((len(covered), len(labels)), bool)
        for row, names in enumerate(renamed):
            pred[row, [code[name] for name in names]] = True
    else:
        pred = np.array([code[names[0]] if names else -1 for names in renamed], np.int32)
    return ClassPart(rows, covered, labels, pred, matrix)


def _best(probs: Floats | None, many: bool) -> npt.NDArray[Any]:
    if probs is None:
        return np.empty(0, np.int32)
    return probs >= _THRESHOLD if many else probs.argmax(axis=1).astype(np.int32)


def _names(value: Any, row: int, where: Any, many: bool) -> list[str]:
    """The labels of one prediction; empty for none."""
    if value is None or value == "":
        return []
    values = value if isinstance(value, list) else [value]
    if (len(values) > 1 and not many) or any(isinstance(part, list | dict) for part in values):
        raise InputError(
            where(row),
            found=f"{value!r} as the predicted label",
            expected="a list of labels" if many else "one label",
            remedy="correct the row; several labels need a multi-label data set.",
        )
    if many and isinstance(value, str):
        values = [part.strip() for part in value.replace("|", ",").replace(";", ",").split(",")]
    return [
        str(int(part)) if isinstance(part, float) and part.is_integer() else str(part) for part in values if part != ""
    ]


def _renamed(name: str, data: DataSet, options: ReadOptions) -> str:
    """A predicted name as the data set has it: a number stands for a label's position, ``--label-map`` holds."""
    if name not in data.labels and name.isdecimal() and int(name) < len(options.label_names or data.labels):
        name = (options.label_names or data.labels)[int(name)]
    return options.label_map.get(name, name)


def _probs(table: Table, data: DataSet, options: ReadOptions) -> tuple[tuple[str, ...], Floats] | None:
    """Label names and probabilities ``(n_rows, n_labels)`` of a table; None without any."""
    named = [name for name in table.columns if name.startswith(PROB_PREFIX) and len(name) > len(PROB_PREFIX)]
    if named:
        columns = [_floats(table, name) for name in named]
        labels = tuple(_renamed(name.removeprefix(PROB_PREFIX), data, options) for name in named)
        return labels, np.stack(columns, axis=1).astype(np.float32)
    name = next((name for name in PROBS if name in table.columns), None)
    if name is None:
        return None
    values = [from_json(value) for value in table.values(name)]
    if all(isinstance(value, Mapping) for value in values):
        labels = tuple(dict.fromkeys(label for value in values for label in value))
        matrix = [[value.get(label) or 0.0 for label in labels] for value in values]
        return tuple(_renamed(label, data, options) for label in labels), _matrix(table, matrix, labels)
    return data.labels, _matrix(table, values, data.labels)


def _floats(table: Table, name: str) -> Floats:
    try:
        return np.array([float(value) for value in table.values(name)])
    except (TypeError, ValueError):
        bad = next(row for row, value in enumerate(table.values(name)) if not _is_number(value))
        raise _no_probability(table.where(bad), table.values(name)[bad]) from None


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _matrix(table: Table, rows: Sequence[Any], labels: Sequence[str]) -> Floats:
    for number, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != len(labels) or not all(map(_is_number, row)):
            raise _no_probability(
                table.where(number),
                row,
                f"a list of {len(labels)} numbers, one per label in the order {', '.join(labels[:5])} …",
            )
    return np.array(rows, np.float32).reshape(len(rows), len(labels))


def _no_probability(where: str, value: Any, expected: str = "a number from 0 to 1") -> InputError:
    return InputError(where, found=f"{value!r:.80} as probability", expected=expected, remedy="correct the row.")


def _sound(probs: Floats, many: bool, where: Any) -> Floats:
    """Probabilities, checked, and adding up to 1 exactly where labels exclude each other."""
    bad = ~np.isfinite(probs).all(axis=1) | (probs < -1e-6).any(axis=1) | (probs > 1 + 1e-3).any(axis=1)
    if not many:
        bad |= np.abs(probs.sum(axis=1) - 1) > _SUM_TOLERANCE
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        total = "" if many else f" (sum {float(probs[row].sum()):.4g})"
        raise InputError(
            where(row),
            found=f"{np.array2string(probs[row], precision=4, threshold=6)}{total}",
            expected="probabilities from 0 to 1" + ("" if many else " that add up to 1"),
            remedy="apply softmax (sigmoid for multi-label) to logits before saving.",
        )
    clipped = np.clip(probs, 0, 1).astype(np.float32)
    return clipped if many else clipped / clipped.sum(axis=1, keepdims=True)


def _from_arrays(
    source: Source, arrays: Mapping[str, npt.NDArray[Any]], data: DataSet, rows: Ints, options: ReadOptions
) -> ClassPart:
    """A matrix of probabilities (``probs``, or the only array), or a vector of label positions."""
    found = arrays.get("probs", next(iter(arrays.values())))
    labels = tuple(map(str, arrays["labels"])) if "labels" in arrays else data.labels
    if options.limit is not None and found.ndim:
        found = found[: len(rows)]
    require_length(source.name, len(found) if found.ndim else 0, len(rows), "rows", "samples")
    many = data.task == "multilabel"

    def where(row: int) -> str:
        return f"{source.name}, row {row + 1}"

    if found.ndim == 2 and found.shape[1] == len(labels):
        probs = _sound(found.astype(np.float32), many, where)
        return ClassPart(rows, rows, labels, _best(probs, many), probs)
    if found.ndim == 1 and not many and np.issubdtype(found.dtype, np.integer):
        if not (((found >= -1) & (found < len(labels))).all()):
            raise InputError(
                source.name,
                found=f"positions from {found.min()} to {found.max()}",
                expected=f"0 to {len(labels) - 1}",
                remedy="give positions in the order of the labels.",
            )
        return ClassPart(rows, rows, labels, found.astype(np.int32), None)
    raise InputError(
        source.name,
        found=f"an array of shape {found.shape}",
        expected=f"({len(rows)}, {len(labels)}): a column per label, in the order {', '.join(labels[:8])}",
        remedy="reorder the columns; names can be given in an .npz with arrays 'probs' and 'labels'.",
    )


def _from_lines(source: Source, data: DataSet, rows: Ints, options: ReadOptions) -> ClassPart:
    """A label per line."""
    content, notices = utf8(source)
    values = [line.strip() for line in content.decode().split("\n")]
    while values and not values[-1]:
        values.pop()
    if options.limit is not None:
        values = values[: len(rows)]
    require_length(source.name, len(values), len(rows), "lines", "samples")
    part = _part(lambda row: f"{source.name}, line {row + 1}", rows, rows, values, None, data, options)
    return replace(part, notices=notices)
