"""Results of a user's function for ``classification`` and ``multilabel``, checked and made into columns.

Per sample one of: the label (multi-label: a list or set of labels); a dictionary from label to probability; an array
of probabilities, one per label. All samples of a data set get results of one kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from numbers import Integral, Real
from typing import Any, Literal

import numpy as np

from errata.core.types import Bools, Floats, Predictions
from errata.models.callable_checks import Asked, shown, sound_probabilities

Kind = Literal["labels", "dictionaries of probabilities", "arrays of probabilities"]


def label_predictions(asked: Asked, results: Sequence[Any], *, columns: Sequence[str] | None) -> Predictions:
    """Predictions from one result per sample. ``columns`` names the labels of arrays; None = the data set's labels.

    Raises ModelError naming the sample of the first unusable result.
    """
    kinds = [_kind(asked, sample, result) for sample, result in enumerate(results)]
    for sample, kind in enumerate(kinds):
        if kind != kinds[0]:
            raise asked.fault(sample, kind, f"{kinds[0]}, as for the samples before")
    declared = [asked.label(label) for label in columns or ()]
    if not kinds or kinds[0] == "labels":
        return _from_labels(asked, results, declared)
    if kinds[0] == "dictionaries of probabilities":
        return _from_dictionaries(asked, results, declared)
    return _from_arrays(asked, results, declared or list(asked.data.labels))


def _is_multi(asked: Asked) -> bool:
    return asked.data.task == "multilabel"


def _kind(asked: Asked, sample: int, result: Any) -> Kind:
    if isinstance(result, Mapping):
        return "labels" if isinstance(result.get("label"), str) else "dictionaries of probabilities"
    if type(result) is not bool and isinstance(result, (str, Integral, AbstractSet)):
        return "labels"
    if getattr(result, "ndim", 0) == 1:
        return "arrays of probabilities"
    if isinstance(result, (list, tuple)):
        if _is_multi(asked) and all(isinstance(label, str) for label in result):
            return "labels"
        if result and all(isinstance(value, Real) for value in result):
            return "arrays of probabilities"
    raise asked.fault(sample, shown(result), "a label, a dictionary of probabilities, or an array of them")


def _from_labels(asked: Asked, results: Sequence[Any], declared: Sequence[str]) -> Predictions:
    given = [_labels_of(asked, sample, result) for sample, result in enumerate(results)]
    labels = tuple(dict.fromkeys([*asked.data.labels, *declared, *(label for row in given for label in row)]))
    code = {label: position for position, label in enumerate(labels)}
    if not _is_multi(asked):
        return Predictions(labels=labels, class_pred=np.array([code[row[0]] for row in given], np.int32))
    chosen: Bools = np.zeros((len(given), len(labels)), np.bool_)
    for sample, row in enumerate(given):
        chosen[sample, [code[label] for label in row]] = True
    return Predictions(labels=labels, class_pred=chosen)


def _labels_of(asked: Asked, sample: int, result: Any) -> list[str]:
    found = result["label"] if isinstance(result, Mapping) else result
    many = isinstance(found, (list, tuple, AbstractSet))
    if many and not _is_multi(asked):
        raise asked.fault(sample, shown(found), "one label")
    row = []
    for label in sorted(found, key=str) if many else [found]:
        is_code = isinstance(label, Integral) and str(int(label)) in asked.data.labels
        name = str(int(label)) if is_code else label
        if not isinstance(name, str) or not name:
            raise asked.fault(sample, shown(label), "a label as a string")
        row.append(asked.label(str(name)))
    return row


def _from_dictionaries(asked: Asked, results: Sequence[Any], declared: Sequence[str]) -> Predictions:
    names: dict[str, None] = dict.fromkeys([*asked.data.labels, *declared])
    for sample, result in enumerate(results):
        for label, value in result.items():
            if not isinstance(label, str) or not isinstance(value, Real):
                raise asked.fault(sample, f"{label!r}: {value!r}", "labels with their probabilities")
            names.setdefault(asked.label(label))
    labels = tuple(names)
    code = {label: position for position, label in enumerate(labels)}
    values = np.zeros((len(results), len(labels)))
    for sample, result in enumerate(results):
        for label, value in result.items():
            values[sample, code[asked.label(label)]] += float(value)
    return _of_probabilities(asked, values, labels)


def _from_arrays(asked: Asked, results: Sequence[Any], columns: Sequence[str]) -> Predictions:
    labels = tuple(dict.fromkeys([*asked.data.labels, *columns]))
    rows = []
    for sample, result in enumerate(results):
        array = np.asarray(result.detach().cpu() if hasattr(result, "detach") else result)
        if array.shape != (len(columns),) or array.dtype.kind not in "fiub":
            named = f"{', '.join(columns[:3])}{', …' if len(columns) > 3 else ''}"
            raise asked.fault(
                sample,
                f"an array of shape {array.shape} and type {array.dtype}",
                f"{len(columns)} probabilities, for {named} (function.labels names other columns)",
            )
        rows.append(array.astype(np.float64))
    given = np.stack(rows)
    values = np.zeros((len(results), len(labels)))
    for column, label in enumerate(columns):
        values[:, labels.index(label)] += given[:, column]
    return _of_probabilities(asked, values, labels)


def _of_probabilities(asked: Asked, values: Floats, labels: tuple[str, ...]) -> Predictions:
    is_multi = _is_multi(asked)
    probs = sound_probabilities(values, asked.fault, exclusive=not is_multi)
    pred: Any = probs >= 0.5 if is_multi else probs.argmax(1).astype(np.int32)
    return Predictions(labels=labels, class_probs=probs, class_pred=pred)
