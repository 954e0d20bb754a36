"""What a model's outputs are called, against what the data set calls its labels.

Names decide, never positions, but for two cases that are said aloud: outputs nobody named (``LABEL_0``), and a data
set whose labels are numbers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from errata.core.errors import InputError, ModelError, near_names
from errata.core.settings import setting
from errata.core.types import DataSet, Floats, Ints, Notice, TagSet
from errata.formats.tagging import scheme_tag_set, tag_set

_UNNAMED = re.compile(r"LABEL_(\d+)")
_NUMBER = re.compile(r"\d{1,9}")


@dataclass(frozen=True, slots=True)
class Outputs:
    """``names`` of the columns to report, once each; ``column`` int64 ``(n_outputs,)``: the one each output adds to."""

    names: tuple[str, ...]
    column: Ints

    @classmethod
    def of(cls, names: Sequence[str]) -> Outputs:
        distinct = tuple(dict.fromkeys(names))
        return cls(distinct, np.array([distinct.index(name) for name in names], np.int64))

    def merge(self, values: Floats) -> Floats:
        """``(n, n_outputs)`` to ``(n, n_names)``: outputs of one name added up."""
        if len(self.names) == len(self.column):
            return values
        merged = np.zeros((len(values), len(self.names)), values.dtype)
        for output, column in enumerate(self.column):
            merged[:, column] += values[:, output]
        return merged


def tag_outputs(
    names: Sequence[str], data: DataSet, label_map: Mapping[str, str], scheme: str | None = None
) -> tuple[Outputs, TagSet, list[Notice]]:
    """Tags of a token classifier: outputs, their TagSet with labels coded data labels first, findings.

    Raises ModelError when the outputs have no names and the data set cannot lend any, or a name is no tag.
    """
    notices: list[Notice] = []
    named = [_mapped_tag(name, label_map) for name in names]
    if data.labels and _all_unnamed(named):
        lent = scheme_tag_set(data.labels, data.scheme or "BIO").names
        _expect_as_many(named, lent, "tags")
        notices.append(_by_position(named, lent))
        named = list(lent)
    outputs = Outputs.of(named)
    try:
        tags = tag_set(outputs.names, scheme, data.labels)
    except InputError as error:
        raise ModelError(
            f"The model's outputs are not tags: {error.message}",
            remedy="correct id2label in its config.json, or rename outputs with --label-map OUTPUT=TAG.",
        ) from None
    spoken = {tags.labels[code] for code in tags.label if code >= 0}
    notices += compare_labels([label for label in tags.labels if label in spoken], data.labels)
    return outputs, tags, notices


def class_outputs(
    names: Sequence[str], data: DataSet, label_map: Mapping[str, str]
) -> tuple[Outputs, tuple[str, ...], list[Notice]]:
    """Labels of a text classifier: outputs, all labels (the data set's first, then the model's own), findings.

    Raises ModelError when the outputs have no names and their number is not the data set's.
    """
    notices: list[Notice] = []
    named = [label_map.get(name, name) for name in names]
    numbers = bool(data.labels) and all(_NUMBER.fullmatch(label) for label in data.labels)
    if data.labels and not set(named) & set(data.labels):
        if numbers and max(map(int, data.labels)) < len(named):
            by_number = {int(label): label for label in data.labels}
            lent = [by_number.get(column, name) for column, name in enumerate(named)]
            notices.append(_by_position(named, lent))
            named = lent
        elif _all_unnamed(named):
            _expect_as_many(named, data.labels, "labels")
            notices.append(_by_position(named, data.labels))
            named = list(data.labels)
    moved = [name for column, name in enumerate(named) if _NUMBER.fullmatch(name) and int(name) != column]
    if numbers and moved:
        notices.append(
            Notice(
                "label_order",
                "The model's outputs are numbered in another order than their names say; names were followed",
                len(moved),
                examples=tuple(moved[: _examples()]),
            )
        )
    outputs = Outputs.of(named)
    labels = (*data.labels, *(name for name in outputs.names if name not in set(data.labels)))
    notices += compare_labels(outputs.names, data.labels)
    return outputs, labels, notices


def compare_labels(model: Sequence[str], data: Sequence[str]) -> list[Notice]:
    """Labels on one side only, with ``--label-map`` hints where two names look alike. Nothing to say of no labels."""
    if not data:
        return []
    only_model = [label for label in model if label not in set(data)]
    only_data = [label for label in data if label not in set(model)]
    notices = []
    if only_model and len(only_model) == len(model):
        notices.append(
            Notice(
                "no_common_label",
                "The model and the data set have no label in common, so every labelled prediction counts as wrong; "
                "say which is which with --label-map MODEL=DATA",
                len(model),
                "error",
                tuple(f"{label} (model)" for label in only_model[: _examples()])
                + tuple(f"{label} (data)" for label in only_data[: _examples()]),
            )
        )
    for code, found, message in (
        ("labels_only_in_model", only_model, "Labels that the model knows and the data set does not have"),
        ("labels_only_in_data", only_data, "Labels of the data set that the model can never predict"),
    ):
        if found:
            notices.append(Notice(code, message, len(found), examples=tuple(found[: _examples()])))
    hints = [
        f"--label-map {_quoted(f'{near[0]}={label}')}" for label in only_data if (near := _alike(label, only_model))
    ]
    if hints:
        notices.append(
            Notice(
                "similar_label_names",
                "Labels of the model that may be the data set's under another name; if so, pass the option",
                len(hints),
                examples=tuple(hints[: _examples()]),
            )
        )
    return notices


def _alike(label: str, candidates: Sequence[str]) -> tuple[str, ...]:
    same_but_case = tuple(name for name in candidates if name.casefold() == label.casefold())
    begins = tuple(
        name
        for name in candidates
        if min(len(name), len(label)) >= 3 and (name.casefold().startswith(label.casefold()[:3]))
    )
    return same_but_case or near_names(label, candidates, at_most=1) or begins[:1]


def _quoted(argument: str) -> str:
    return f"'{argument}'" if re.search(r"[^\w=.,:/-]", argument) else argument


def _mapped_tag(name: str, label_map: Mapping[str, str]) -> str:
    if name in label_map:
        return label_map[name]
    head, hyphen, label = name.partition("-")
    if not hyphen or label not in label_map:
        return name
    mapped = label_map[label]
    return mapped if mapped == "O" else f"{head}-{mapped}"


def _all_unnamed(names: Sequence[str]) -> bool:
    return all(_UNNAMED.fullmatch(name) for name in names)


def _expect_as_many(names: Sequence[str], lent: Sequence[str], what: str) -> None:
    if len(names) != len(lent):
        raise ModelError(
            f"The model's {len(names)} outputs have no names ({names[0]}, …), and the data set has "
            f"{len(lent)} {what}: they cannot be told apart.",
            remedy="name them in id2label of the model's config.json, or with --label-map LABEL_0=NAME for each.",
        )


def _by_position(names: Sequence[str], lent: Sequence[str]) -> Notice:
    pairs = [f"{name} = {given}" for name, given in zip(names, lent, strict=True) if name != given]
    return Notice(
        "labels_by_position",
        "The model's outputs were matched to the data set's labels BY POSITION, because no names agree: if the order "
        "differs, every number is wrong. State the right names with --label-map "
        f"{_quoted(f'{names[0]}={lent[0]}')} and so on",
        len(pairs),
        examples=tuple(pairs[: max(_examples(), 20)]),
    )


def _examples() -> int:
    return int(setting("notice_examples"))
